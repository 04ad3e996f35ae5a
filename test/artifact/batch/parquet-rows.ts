import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../../scripts/python-env.ts';

/** A call of parquet_rows.py: program and arguments. */
export const parquetRows = (...args: readonly string[]): [program: string, args: string[]] => [
  join(ensurePythonEnvironment('interop'), 'python'),
  [join(import.meta.dirname, 'parquet_rows.py'), ...args],
];
