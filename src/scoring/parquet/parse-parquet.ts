import { badRequest, ServingError } from '../../errors.ts';
import type { IndexedFrame } from '../frame/row-index.ts';
import { type ParquetOptions, readParquetFrame } from './read-frame.ts';

/**
 * Read a Parquet request body as pandas' `read_parquet(body)` does.
 *
 * The reader is ours because a request is hostile until proven otherwise: every length of the file
 * is checked before it is believed, and time and memory stay in proportion to the limits.
 *
 * Shapes: a column of [N] cells for each column of the file but those of pandas' index.
 * Units:  timestamps and durations keep or scale their unit as their dtype says.
 *
 * @throws {ServingError} BAD_REQUEST when the file cannot be read; REQUEST_TOO_LARGE above a limit
 * @see mlflow/pyfunc/scoring_server/__init__.py, `parse_parquet_input`
 */
export function parseParquet(body: Uint8Array, options: ParquetOptions): IndexedFrame {
  try {
    // A plain view: methods of a Buffer that look like an array's may not copy.
    const file = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
    return readParquetFrame(file, options);
  } catch (cause) {
    if (cause instanceof ServingError) throw cause;
    throw badRequest('parquet body: the file is corrupt', { cause });
  }
}
