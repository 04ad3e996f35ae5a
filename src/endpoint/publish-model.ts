import { type Environment, readConfiguration } from '../config/environment.ts';
import { ServingError } from '../errors.ts';
import type { PublishedVersion, PublishOptions } from '../publish/publish-options.ts';
import { publishVersion } from '../publish/publish-version.ts';
import type { EnvironmentProgress } from '../python-env/python-environment.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import { parseModelUri } from '../registry/model-uri.ts';
import { createModelOpener } from './open-model.ts';
import { openSources } from './open-sources.ts';
import { createPreparer, type PreparerOptions } from './prepare-model.ts';
import { verifyModel } from './verify-model.ts';

export interface PublishModelOptions
  extends Pick<
    PublishOptions,
    'target' | 'name' | 'version' | 'allowFailingExample' | 'signal' | 'onProgress'
  > {
  /** What is published: the version that it means now. */
  readonly modelUri: string;
  /** Names the registry and the stores that the model comes from. */
  readonly environment: Environment;
  /** Told before anything is copied. */
  readonly onResolved?: (version: ModelVersion) => void;
  /** Told while the Python environment is made that the model is tried in. */
  readonly onEnvironment?: (progress: EnvironmentProgress) => void;
  /** How a model of another flavor is converted. @default it is published as it is */
  readonly conversion?: Pick<
    PreparerOptions,
    'onnxRuntimeVersion' | 'isDriftAllowed' | 'checks' | 'onProgress'
  >;
}

/**
 * Publish what a model URI means now, verified by opening it here and now.
 *
 * @throws {ServingError} as `ModelRegistry.resolve` and `publishVersion`; RESOURCE_ALREADY_EXISTS with `runtime: node` when
 *   it has been published for Python
 */
export async function publishModel(options: PublishModelOptions): Promise<PublishedVersion> {
  const { modelUri, environment, onResolved, onEnvironment, conversion, ...publishing } = options;
  const { registry, store } = await openSources(environment);
  const { signal } = options;
  const source = await registry.resolve(modelUri, signal ? { signal } : {});
  onResolved?.(source);
  const configuration = readConfiguration(environment);
  const open = createModelOpener({
    ...configuration,
    modelUri,
    ...(signal && { signal }),
    ...(onEnvironment && { onProgress: onEnvironment }),
  });
  const published = await publishVersion({
    ...publishing,
    source,
    origin: originOf(modelUri, source, environment),
    store,
    verify: (model) => verifyModel(model, open, configuration.timeoutMs),
    ...(conversion && {
      prepare: createPreparer({ ...conversion, modelUri, environment, ...(signal && { signal }) }),
    }),
  });
  if (configuration.runtime === 'node' && published.runtime === 'python') {
    throw isForPython(published);
  }
  return published;
}

/** What is published stays as it is: the endpoint that was asked for cannot serve it. */
const isForPython = ({ name, version }: PublishedVersion): ServingError =>
  new ServingError(
    'RESOURCE_ALREADY_EXISTS',
    `models:/${name}/${version} is published already, to be served with Python: convert the model (mlflow-serverless convert), log it and publish that as a new version, or serve it with --runtime python`,
  );

/** An alias moves on: what is written down is the version that it meant. */
function originOf(modelUri: string, { name, version }: ModelVersion, environment: Environment) {
  const { kind } = parseModelUri(modelUri);
  if (kind === 'files') return { uri: modelUri };
  const isTracked = kind === 'run' || kind === 'logged-model';
  const tracking = environment['MLFLOW_TRACKING_URI']?.trim();
  const registry = (!isTracked && environment['MLFLOW_REGISTRY_URI']?.trim()) || tracking;
  return {
    uri: isTracked ? modelUri : `models:/${name}/${version}`,
    ...(registry && { registry }),
  };
}
