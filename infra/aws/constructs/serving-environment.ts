import { Duration, Size } from 'aws-cdk-lib';
import type { MlflowEndpointProps } from './mlflow-endpoint-props.ts';
import { pythonVariables } from './python-image.ts';

/** /tmp and memory are the function's own: most of them for models, the rest for requests. */
const DISK_SHARE = 0.8;
const MEMORY_SHARE = 0.7;

export const DEFAULT_MEMORY = Size.mebibytes(1769);
export const DEFAULT_EPHEMERAL_STORAGE = Size.mebibytes(512);
export const DEFAULT_TIMEOUT = Duration.seconds(29);
const DEFAULT_REQUEST_TIMEOUT = Duration.seconds(28);
const DEFAULT_MAX_BODY = Size.mebibytes(6);

/**
 * The variables that the serving function reads.
 *
 * @throws {Error} when the function would be stopped before it can answer 504 itself
 * @see src/config/variables.ts
 */
export function servingEnvironment(props: MlflowEndpointProps): Record<string, string> {
  const { limits = {}, refresh = {}, cors } = props;
  const timeout = props.timeout ?? DEFAULT_TIMEOUT;
  const requestTimeout = limits.requestTimeout ?? DEFAULT_REQUEST_TIMEOUT;
  if (requestTimeout.toMilliseconds() > timeout.toMilliseconds()) {
    throw new Error(
      `limits.requestTimeout must not be longer than the timeout of ${timeout.toSeconds()} s, got ${secondsOf(requestTimeout)} s`,
    );
  }
  const maxBody = limits.maxBody ?? DEFAULT_MAX_BODY;
  return {
    MLFLOW_SERVERLESS_MODEL_URI: props.modelUri,
    MLFLOW_REGISTRY_URI: props.store.registryUri,
    MLFLOW_SERVERLESS_MAX_BODY_BYTES: String(maxBody.toBytes()),
    MLFLOW_SERVERLESS_MAX_ROWS: String(limits.maxRows ?? 1_000_000),
    MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT: secondsOf(requestTimeout),
    MLFLOW_SERVERLESS_REFRESH: refresh.mode ?? 'poll',
    MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS: secondsOf(refresh.ttl ?? Duration.seconds(30)),
    MLFLOW_SERVERLESS_PUSH_FLOOR_SECONDS: secondsOf(refresh.floor ?? Duration.millis(500)),
    MLFLOW_SERVERLESS_LOG_LEVEL: props.logLevel ?? 'info',
    ...cacheVariables(props, MEMORY_SHARE),
    ...(props.python && pythonVariables(props.python, props.store.registryUri)),
    ...(cors && { MLFLOW_SERVERLESS_CORS_ORIGINS: cors.origins.join(',') }),
  };
}

/** @param memoryShare what of the memory open models may keep */
export const cacheVariables = (
  { ephemeralStorage, memory }: Pick<MlflowEndpointProps, 'ephemeralStorage' | 'memory'>,
  memoryShare: number,
): Record<string, string> => ({
  MLFLOW_SERVERLESS_CACHE_DIR: '/tmp/mlflow-serverless',
  MLFLOW_SERVERLESS_CACHE_DISK_BYTES: shareOf(
    ephemeralStorage ?? DEFAULT_EPHEMERAL_STORAGE,
    DISK_SHARE,
  ),
  MLFLOW_SERVERLESS_CACHE_MEMORY_BYTES: shareOf(memory ?? DEFAULT_MEMORY, memoryShare),
});

const secondsOf = (duration: Duration): string => String(duration.toMilliseconds() / 1000);

const shareOf = (size: Size, share: number): string =>
  `${Math.floor(size.toMebibytes() * share)}MiB`;
