import { join } from 'node:path';

/** A way to score a file in a process of its own. */
export interface Contestant {
  readonly name: string;
  readonly command: (input: string, output: string) => string[];
  /** Where the predictions are, below the output. */
  readonly predictions: string;
  /** The end of the input's name. */
  readonly reads: 'csv' | 'parquet' | 'raw';
}

export type BatchBenchFormat = 'csv' | 'parquet';

/** Everything that scores a file of a format; MLflow first, whose predictions are the others' too. */
export function contestantsFor(
  format: BatchBenchFormat,
  { python, model }: { readonly python: string; readonly model: string },
): Contestant[] {
  const script = (name: string, file: string): Contestant => ({
    name,
    reads: format,
    predictions: `predictions.${format}`,
    command: (input, output) => [
      ...[join(python, 'python'), `bench/batch/${file}`, model, input],
      join(output, `predictions.${format}`),
    ],
  });
  const ours = (name: string, workers: string[]): Contestant => ({
    name,
    reads: format,
    predictions: `*/*/predictions.${format}`,
    command: (input, output) => [
      ...[process.execPath, 'dist/cli/main.cjs', 'batch', '-m', model],
      ...['-i', input, '-o', output, ...workers],
    ],
  });
  const reads = format === 'csv' ? 'csv' : 'raw';
  const floor: Contestant = {
    name: 'floor, 1 thread',
    reads,
    predictions: `predictions.${reads}`,
    command: (input, output) => [
      ...[process.execPath, 'bench/batch/floor.ts', model, input],
      join(output, `predictions.${reads}`),
    ],
  };
  const mlflow = format === 'csv' ? mlflowPredict(python, model) : script('MLflow', 'by_mlflow.py');
  return [
    mlflow,
    script('pandas', 'by_pandas.py'),
    script('pyarrow', 'by_arrow.py'),
    floor,
    ours('ours, 1 thread', ['-w', '1']),
    ours('ours', []),
  ];
}

const mlflowPredict = (python: string, model: string): Contestant => ({
  name: 'MLflow',
  reads: 'csv',
  predictions: 'predictions.json',
  command: (input, output) => [
    ...[join(python, 'mlflow'), 'models', 'predict', '-m', model, '--env-manager', 'local'],
    ...['-i', input, '-t', 'csv', '-o', join(output, 'predictions.json')],
  ],
});
