import { ServingError } from '../errors.ts';
import {
  type Environment,
  readServedConfiguration,
  readVariable,
  type ServedConfiguration,
} from './environment.ts';
import { VARIABLES, type Variable } from './variables.ts';

/** What a function is set up with that scores files. */
export interface BatchConfiguration extends ServedConfiguration {
  readonly batch: {
    /** Files elsewhere are refused; undefined: anywhere but in the output. */
    readonly inputUri: string | undefined;
    readonly outputUri: string;
    readonly outputFormat: 'csv' | 'jsonl' | 'parquet' | 'json' | undefined;
    readonly maxRefusedRatio: number;
    /** A larger file is scored in parts. */
    readonly distributeAboveBytes: number;
    /** What a part has of its file, about. */
    readonly rangeBytes: number;
    /** Undefined: files are scored in one piece, whatever their size. */
    readonly stateMachineArn: string | undefined;
    /** Of Azure, where the orchestration asks for it: parts and files of one run at once. */
    readonly maxParallelParts: number;
    /** The same: the share of them that may fail; 0 to 1. */
    readonly toleratedFailureRatio: number;
    readonly queueUrl: string | undefined;
    readonly failuresUrl: string | undefined;
  };
}

const MEBIBYTE = 2 ** 20;

/** @throws {ServingError} INVALID_PARAMETER_VALUE naming the variable that is missing or cannot be read */
export function readBatchConfiguration(environment: Environment): BatchConfiguration {
  const read = <T>(variable: Variable<T>): T | undefined => readVariable(environment, variable);
  const { batchOutput } = VARIABLES;
  return {
    ...readServedConfiguration(environment),
    batch: {
      inputUri: read(VARIABLES.batchInput),
      outputUri: read(batchOutput) ?? throwMissing(batchOutput),
      outputFormat: read(VARIABLES.batchFormat),
      maxRefusedRatio: read(VARIABLES.batchMaxRefusedRatio) ?? 0,
      distributeAboveBytes: read(VARIABLES.batchDistributeAboveBytes) ?? 256 * MEBIBYTE,
      rangeBytes: read(VARIABLES.batchRangeBytes) ?? 64 * MEBIBYTE,
      stateMachineArn: read(VARIABLES.batchStateMachine),
      maxParallelParts: read(VARIABLES.batchMaxParallel) ?? 100,
      toleratedFailureRatio: read(VARIABLES.batchToleratedFailures) ?? 0,
      queueUrl: read(VARIABLES.batchQueueUrl),
      failuresUrl: read(VARIABLES.batchFailuresUrl),
    },
  };
}

function throwMissing({ name, accepts }: Variable<unknown>): never {
  throw new ServingError('INVALID_PARAMETER_VALUE', `${name} is not set: expected ${accepts}`);
}
