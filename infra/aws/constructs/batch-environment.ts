import { Size } from 'aws-cdk-lib';
import type { BatchPlace, BatchScoringProps } from './batch-scoring-props.ts';
import { pythonVariables } from './python-image.ts';
import { cacheVariables } from './serving-environment.ts';

/** Most of the memory is for rows. */
const MEMORY_SHARE = 0.4;

/**
 * The variables that both functions of batch read.
 *
 * @see src/config/batch-configuration.ts
 */
export function batchEnvironment(props: BatchScoringProps): Record<string, string> {
  const { distributeAbove = Size.mebibytes(256), rangeSize = Size.mebibytes(64) } = props;
  return {
    MLFLOW_SERVERLESS_MODEL_URI: props.modelUri,
    MLFLOW_REGISTRY_URI: props.store.registryUri,
    MLFLOW_SERVERLESS_BATCH_INPUT: uriOf(props.input),
    MLFLOW_SERVERLESS_BATCH_OUTPUT: uriOf(props.output),
    MLFLOW_SERVERLESS_BATCH_MAX_REFUSED_RATIO: String(props.maxRefusedRatio ?? 0),
    MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES: String(distributeAbove.toBytes()),
    MLFLOW_SERVERLESS_BATCH_RANGE_BYTES: String(rangeSize.toBytes()),
    ...(props.format && { MLFLOW_SERVERLESS_BATCH_FORMAT: props.format }),
    MLFLOW_SERVERLESS_LOG_LEVEL: props.logLevel ?? 'info',
    ...cacheVariables(props, MEMORY_SHARE),
    ...(props.python && pythonVariables(props.python, props.store.registryUri)),
  };
}

export const uriOf = ({ bucket, prefix }: BatchPlace): string =>
  `s3://${bucket.bucketName}/${prefix}`;
