import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ServingError } from '../errors.ts';
import type { HttpClient } from '../http-client/http-client.ts';
import type { SecretReader } from '../http-client/secret-reader.ts';
import { locateArtifacts } from './artifact-location.ts';
import { createModelRegistry } from './create-model-registry.ts';
import type { ModelRegistry } from './model-registry.ts';
import { suggestForms, suggestRegistered } from './model-uri.ts';
import type { ObjectReader } from './object-reader.ts';
import type { RegisteredModels, RegistryBackend, TrackedModels } from './registry-backend.ts';
import { findRegistry, findTracking, type RegistryLocation } from './registry-location.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface OpenRegistryOptions {
  /** @default process.cwd() - relative paths and MLflow's defaults start here */
  readonly cwd?: string;
  /** The client for MLflow's REST API. @default one set up by MLflow's variables */
  readonly httpClient?: () => Promise<HttpClient>;
  /** Reads the credentials of the server that the environment only refers to. @default none */
  readonly secrets?: SecretReader;
  /** Opens a published registry in a bucket of S3 or a container of Blob Storage. @default both are refused */
  readonly openObjects?: (uri: string) => Promise<ObjectReader>;
}

/**
 * The registry that MLflow's variables name: `MLFLOW_REGISTRY_URI`, else `MLFLOW_TRACKING_URI`, else
 * MLflow's defaults in the working directory. Runs and logged models are always asked of the tracking store.
 *
 * Nothing is opened, and no reader is even imported, before the first URI that needs it: a function that serves from one
 * registry must not start with the code of all. URIs of plain files need none and resolve to themselves.
 */
export function openRegistry(
  environment: Environment,
  options: OpenRegistryOptions = {},
): ModelRegistry {
  const { cwd = process.cwd() } = options;
  const open = openerFor(environment, options);
  const registry = createModelRegistry({
    models: async () => open(findRegistry(environment, cwd)),
    tracked: async () => asTracked(await open(findTracking(environment, cwd))),
    locate: (location) => locate(location, environment),
  });
  return {
    async resolve(uri, resolveOptions) {
      const advice = adviceFor(uri);
      if (advice === undefined || existsSync(resolve(cwd, uri))) {
        return registry.resolve(uri, resolveOptions);
      }
      throw new ServingError(
        'INVALID_PARAMETER_VALUE',
        `there is no folder at ${uri.slice(0, 80)}; ${advice}`,
      );
    },
  };
}

/** What to write instead of a path that looks like a model; `undefined` for what looks like a path. */
function adviceFor(uri: string): string | undefined {
  const short = uri.slice(0, 80);
  const meant = suggestRegistered(short);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  const forms = suggestForms(short);
  return forms && `a registered model is written ${forms}`;
}

type Opened = RegisteredModels | RegistryBackend;

/**
 * Opens each kind. The one REST client is kept, for its connections, and registries in buckets and containers, for what they remember: asking
 * again then costs one small request.
 */
function openerFor(environment: Environment, options: OpenRegistryOptions) {
  const { cwd = process.cwd(), secrets } = options;
  let client: Promise<HttpClient> | undefined;
  const onObjects = new Map<string, Promise<RegisteredModels>>();
  const defaultClient = async () => {
    const { createMlflowHttpClient } = await import('../http-client/mlflow-http-client.ts');
    return createMlflowHttpClient(environment, secrets ? { secrets } : {});
  };
  return async (location: RegistryLocation): Promise<Opened> => {
    switch (location.kind) {
      case 'rest': {
        const { createRestRegistry } = await import('./rest-registry.ts');
        client ??= (options.httpClient ?? defaultClient)();
        return createRestRegistry({ serverUrl: location.serverUrl, client: await client });
      }
      case 'sqlite': {
        const { createSqliteRegistry } = await import('./sqlite-registry.ts');
        const workspace = environment['MLFLOW_WORKSPACE']?.trim();
        return createSqliteRegistry({ path: location.path, cwd, ...(workspace && { workspace }) });
      }
      case 'folder':
        return openFolder(location.path);
      case 'objects': {
        if (options.openObjects === undefined) {
          throw new ServingError(
            'NOT_IMPLEMENTED',
            'a registry in a bucket or a container cannot be read here',
          );
        }
        const opened =
          onObjects.get(location.uri) ?? openPublished(location.uri, options.openObjects);
        onObjects.set(location.uri, opened);
        opened.catch(() => onObjects.delete(location.uri)); // the caller gets the error, the next one another attempt
        return opened;
      }
    }
  };
}

async function openPublished(
  uri: string,
  openObjects: NonNullable<OpenRegistryOptions['openObjects']>,
): Promise<RegisteredModels> {
  const { createPublishedRegistry } = await import('./published-registry.ts');
  return createPublishedRegistry(await openObjects(uri));
}

/** A published registry or MLflow's file store; looked at each time, as the first publish may be to come. */
async function openFolder(path: string): Promise<Opened> {
  if (!existsSync(path)) {
    throw new ServingError(
      'TEMPORARILY_UNAVAILABLE',
      `the registry folder "${basename(path)}" does not exist; is MLFLOW_REGISTRY_URI or MLFLOW_TRACKING_URI right?`,
    );
  }
  if (await isPublished(path)) {
    const [{ createPublishedRegistry }, { createFolderReader }] = await Promise.all([
      import('./published-registry.ts'),
      import('./object-reader.ts'),
    ]);
    return createPublishedRegistry(createFolderReader(path));
  }
  const { createFileRegistry } = await import('./file-registry.ts');
  return createFileRegistry({ root: path });
}

/** Published models keep their versions in `versions/`; MLflow's file store in `version-<N>/`. */
export async function isPublished(root: string): Promise<boolean> {
  const models = join(root, 'models');
  if (!existsSync(models)) return false;
  const names = await readdir(models);
  return names.some((name) => existsSync(join(models, name, 'versions')));
}

function asTracked(opened: Opened): TrackedModels {
  if ('findRun' in opened) return opened;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'a published registry has no runs and no logged models; use models:/<name>/<version> or models:/<name>@<alias>, or set MLFLOW_TRACKING_URI to the MLflow server, sqlite:///<file> or folder that has them',
  );
}

function locate(location: string, environment: Environment): string {
  const serverUrl = [environment['MLFLOW_TRACKING_URI'], environment['MLFLOW_REGISTRY_URI']]
    .map((uri) => uri?.trim())
    .find((uri) => uri !== undefined && /^https?:/i.test(uri));
  const artifactsDestination = environment['MLFLOW_ARTIFACTS_DESTINATION']?.trim();
  return locateArtifacts(location, {
    ...(serverUrl && { serverUrl }),
    ...(artifactsDestination && { artifactsDestination }),
  });
}
