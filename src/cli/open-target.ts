import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ServingError } from '../errors.ts';
import type { createMlflowPointers } from '../publish/mlflow-pointers.ts';
import type { ObjectStore } from '../publish/object-store.ts';
import { openObjectStore } from '../publish/open-object-store.ts';
import { isPublished } from '../registry/open-registry.ts';
import { findRegistry } from '../registry/registry-location.ts';

/** Options of every command that changes or lists a registry. */
export interface TargetOptions {
  readonly to?: string;
  readonly registryUri?: string;
}

/** A registry that can be changed. */
export type Target =
  | { readonly kind: 'published'; readonly store: ObjectStore }
  | { readonly kind: 'mlflow'; readonly pointers: ReturnType<typeof createMlflowPointers> };

/**
 * The registry that `--to` names, else `--registry-uri`, else MLflow's variables.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when none is named, or it cannot be understood; NOT_IMPLEMENTED for MLflow's database
 *   and file store, which are only read; RESOURCE_DOES_NOT_EXIST for a folder that is not there
 */
export async function openTarget({ to, registryUri }: TargetOptions): Promise<Target> {
  const named = to ?? registryUri;
  const environment = {
    ...process.env,
    ...(named !== undefined && { MLFLOW_REGISTRY_URI: named }),
  };
  const location = findRegistry(environment, process.cwd());
  switch (location.kind) {
    case 'rest': {
      const [{ createMlflowHttpClient }, { openSecrets }, { createMlflowPointers }] =
        await Promise.all([
          import('../http-client/mlflow-http-client.ts'),
          import('../endpoint/open-secrets.ts'),
          import('../publish/mlflow-pointers.ts'),
        ]);
      const { serverUrl } = location;
      const client = createMlflowHttpClient(environment, { secrets: openSecrets(environment) });
      return { kind: 'mlflow', pointers: createMlflowPointers({ serverUrl, client }) };
    }
    case 'objects':
      return { kind: 'published', store: await openObjectStore(location.uri, environment) };
    case 'sqlite':
      throw onlyRead("MLflow's database", 'sqlite:///…');
    case 'folder':
      await checkFolder(location.path);
      return {
        kind: 'published',
        store: await openObjectStore(named ?? location.path, environment),
      };
  }
}

async function checkFolder(path: string): Promise<void> {
  if (!existsSync(path)) {
    throw new ServingError(
      'RESOURCE_DOES_NOT_EXIST',
      `there is no folder "${basename(path)}" with a registry in it; publish something there first, or name the registry with --to`,
    );
  }
  if (!(await isPublished(path)) && isFileStore(path))
    throw onlyRead("MLflow's file store", 'the folder');
}

/** Experiments, or models in MLflow's own layout. */
const isFileStore = (root: string): boolean =>
  [root, join(root, 'models')].some(
    (folder) =>
      existsSync(folder) &&
      readdirSync(folder).some((name) => existsSync(join(folder, name, 'meta.yaml'))),
  );

const onlyRead = (what: string, uri: string): ServingError =>
  new ServingError(
    'NOT_IMPLEMENTED',
    `the registry is ${what}, which is only read here; change it through its server (mlflow server --backend-store-uri ${uri}, then --to http://127.0.0.1:5000), or publish the model and name the published registry with --to`,
  );

/** @throws {ServingError} NOT_IMPLEMENTED for an MLflow server */
export async function openPublished(options: TargetOptions, why: string): Promise<ObjectStore> {
  const target = await openTarget(options);
  if (target.kind === 'published') return target.store;
  throw new ServingError('NOT_IMPLEMENTED', why);
}
