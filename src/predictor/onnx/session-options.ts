import { ServingError } from '../../errors.ts';
import type { NativeOptions } from './native-runtime.ts';

/** ORT's `GraphOptimizationLevel` numbers; 0 (off) is not here because MLflow takes it for "not set". */
const OPTIMIZATION_LEVELS = { 1: 'basic', 2: 'extended', 3: 'layout', 99: 'all' } as const;

/** What is used where the MLmodel says nothing. */
export interface ThreadDefaults {
  /** @default 1 - more halves large batches but slows single rows down; ORT's own default is all cores */
  readonly intraOpThreads?: number;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * Read `onnx_session_options` of the MLmodel as MLflow does.
 *
 * Five keys count, falsy values mean "not set", others are ignored. Execution providers are not
 * read: there is only the CPU here, which is what MLflow falls back to as well.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for values that make MLflow's load fail
 * @see mlflow/onnx/__init__.py, `_OnnxModelWrapper.__init__`
 */
export function sessionOptions(
  flavor: Settings,
  { intraOpThreads = 1 }: ThreadDefaults = {},
): NativeOptions {
  const raw = flavor['onnx_session_options'];
  const settings: Settings = isMap(raw) ? raw : {};
  const level = optimizationLevel(settings['graph_optimization_level']);
  const mode = executionMode(settings['execution_mode']);
  const extra = settings['extra_session_config'];
  return {
    intraOpNumThreads: threads(settings, 'intra_op_num_threads') ?? intraOpThreads,
    interOpNumThreads: threads(settings, 'inter_op_num_threads') ?? 1,
    ...(mode && { executionMode: mode }),
    ...(level && { graphOptimizationLevel: level }),
    ...(extra ? { extra: configEntries(extra) } : {}),
  };
}

function threads(settings: Settings, key: string): number | undefined {
  const value = settings[key];
  if (!value) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw invalid(key, 'a whole number above 0');
}

function executionMode(value: unknown): 'sequential' | 'parallel' | undefined {
  const mode = typeof value === 'string' ? value.toLowerCase() : '';
  return mode === 'sequential' || mode === 'parallel' ? mode : undefined;
}

function optimizationLevel(value: unknown) {
  if (!value) return undefined;
  if (value === 1 || value === 2 || value === 3 || value === 99) return OPTIMIZATION_LEVELS[value];
  throw invalid('graph_optimization_level', 'one of 0, 1, 2, 3 and 99');
}

function configEntries(value: unknown): Readonly<Record<string, string>> {
  const entries = isMap(value) ? Object.entries(value) : [];
  if (isMap(value) && entries.every(([, entry]) => typeof entry === 'string')) {
    return Object.fromEntries(entries) as Record<string, string>;
  }
  throw invalid('extra_session_config', 'a map of text to text');
}

const isMap = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (key: string, expected: string) =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `onnx_session_options.${key} in MLmodel must be ${expected}; log the model again with it`,
  );
