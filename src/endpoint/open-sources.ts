import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { openArtifactStore } from '../artifacts/open-store.ts';
import type { S3Client } from '../artifacts/s3-client.ts';
import type { Environment } from '../config/environment.ts';
import { isBlobUri } from '../registry/blob-location.ts';
import type { ModelRegistry } from '../registry/model-registry.ts';
import type { ObjectReader } from '../registry/object-reader.ts';
import { openRegistry } from '../registry/open-registry.ts';
import { openSecrets } from './open-secrets.ts';

/** Where models come from: what a URI means, and the files it stands for. */
export interface Sources {
  readonly registry: ModelRegistry;
  readonly store: ArtifactStore;
}

/**
 * Open the registry and the store that the environment names.
 *
 * A registry on S3 and its models share one client: the second connection would cost as much as the first.
 */
export async function openSources(environment: Environment): Promise<Sources> {
  const s3Client = isOnS3(environment) ? await openS3Client(environment) : undefined;
  const secrets = openSecrets(environment);
  return {
    registry: openRegistry(environment, {
      secrets,
      openObjects: async (uri) => {
        if (isBlobUri(uri, environment)) return openBlobReader(uri, environment);
        const { createS3ObjectReader } = await import('../artifacts/s3-object-reader.ts');
        return createS3ObjectReader(s3Client ?? (await openS3Client(environment)), uri);
      },
    }),
    store: openArtifactStore(environment, { secrets, ...(s3Client && { s3Client }) }),
  };
}

function isOnS3(environment: Environment): boolean {
  const uri =
    environment['MLFLOW_REGISTRY_URI']?.trim() || environment['MLFLOW_TRACKING_URI']?.trim();
  return uri?.toLowerCase().startsWith('s3:') === true;
}

async function openS3Client(environment: Environment): Promise<S3Client> {
  const { createS3Client } = await import('../artifacts/s3-client.ts');
  return createS3Client(environment);
}

/** A registry is asked while a request waits; ms for one call with its retries. */
const REGISTRY_TIMEOUT_MS = 20_000;

async function openBlobReader(uri: string, environment: Environment): Promise<ObjectReader> {
  const [{ openBlobContainer }, { createBlobObjectReader }] = await Promise.all([
    import('../artifacts/blob-container.ts'),
    import('../artifacts/blob-object-reader.ts'),
  ]);
  const container = await openBlobContainer(uri, environment, { timeoutMs: REGISTRY_TIMEOUT_MS });
  return createBlobObjectReader(container);
}
