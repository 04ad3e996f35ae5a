import type { Duration, Size } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { type AssetImageCode, Code } from 'aws-cdk-lib/aws-lambda';
import { imageProblem, type WantedImage } from '../../../src/image/image-problem.ts';
import { PLACES } from '../../../src/image/places.ts';
import type { MlflowEndpointProps } from './mlflow-endpoint-props.ts';
import { registeredName } from './model-keys.ts';

/** Models that are Python code: the endpoint runs a container image instead of the zip. */
export interface PythonOptions {
  /** Folder that `mlflow-serverless generate-dockerfile` wrote for the endpoint's model. */
  readonly image: string;

  /** Whose Python code may run: `s3://<bucket>/<prefix>`, or the word `store` for the endpoint's own. */
  readonly trust: readonly string[];

  /** @default 'auto' - ONNX models are still answered by ONNX Runtime */
  readonly runtime?: 'auto' | 'python';

  /** @default 'deny' - the model's code may not use the network */
  readonly network?: 'deny' | 'allow';

  /** Environment variables that the model's code sees; no secrets: whoever may look at the function reads them. @default none */
  readonly environment?: Readonly<Record<string, string>>;

  /** @default none - a Python process that takes more is ended, and the next request starts another */
  readonly memoryLimit?: Size;

  /** @default Duration.seconds(120) - how long it may take to load the model */
  readonly startTimeout?: Duration;
}

export type ModelOfImage = Pick<MlflowEndpointProps, 'modelUri' | 'architecture'>;

/**
 * The image, built when the app is deployed: synth reads the folder, and needs no Docker.
 *
 * @param handler @default the one that answers requests
 * @throws {Error} unless the folder was made for this model and processor, with the command that makes it
 */
export function pythonImageCode(
  props: ModelOfImage,
  python: PythonOptions,
  handler?: string,
): AssetImageCode {
  const wanted = wantedImage(props, python);
  const problem = imageProblem(wanted);
  if (problem !== undefined) throw new Error(problem);
  if (python.trust.length === 0) throw new Error(NOTHING_TRUSTED);
  return Code.fromAssetImage(python.image, {
    platform: wanted.architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    // Its runtime client reads the handler from a variable that functions cannot set otherwise.
    ...(handler !== undefined && {
      entrypoint: [
        '/usr/bin/env',
        `_HANDLER=${handler}`,
        PLACES.node,
        `${PLACES.runtime}/index.mjs`,
      ],
      cmd: [handler],
    }),
  });
}

const wantedImage = (
  { modelUri, architecture = 'x64' }: ModelOfImage,
  { image }: PythonOptions,
): WantedImage => ({
  directory: image,
  model: registeredName(modelUri),
  modelUri,
  architecture,
});

const NOTHING_TRUSTED =
  'python.trust is empty, so no model could be served with Python: name the places whose code may run, for example trust: [store]';

/** @param storeUri what `store` means in `trust` */
export const pythonVariables = (
  {
    trust,
    runtime = 'auto',
    network = 'deny',
    environment = {},
    memoryLimit,
    startTimeout,
  }: PythonOptions,
  storeUri: string,
): Record<string, string> => ({
  ...environment,
  ...(Object.keys(environment).length > 0 && {
    MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT: Object.keys(environment).join(','),
  }),
  MLFLOW_SERVERLESS_RUNTIME: runtime,
  MLFLOW_SERVERLESS_PYTHON_TRUST: trust
    .map((place) => (place === 'store' ? storeUri : place))
    .join(','),
  MLFLOW_SERVERLESS_PYTHON_NETWORK: network,
  MLFLOW_SERVERLESS_PYTHON_START_TIMEOUT_SECONDS: String(startTimeout?.toSeconds() ?? 120),
  ...(memoryLimit && {
    MLFLOW_SERVERLESS_PYTHON_MEMORY_BYTES: `${memoryLimit.toMebibytes()}MiB`,
  }),
});
