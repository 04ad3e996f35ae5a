import { badRequest } from '../../errors.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import type { CsvDtype, CsvDtypes } from './csv-dtypes.ts';

/**
 * The frame of a header without rows: columns of their signature's dtype, the others object.
 *
 * Unlike with rows, datetime is allowed and a renamed column does not inherit a dtype.
 *
 * @throws {ServingError} BAD_REQUEST when an unnamed signature has more inputs than the header
 * @see pandas/io/parsers/base_parser.py, `_get_empty_meta`
 */
export function emptyFrame(names: readonly string[], dtypes: CsvDtypes): Frame {
  const byName = new Map<string, CsvDtype>();
  for (const [key, dtype] of dtypes) {
    const name = typeof key === 'number' ? names[key] : key;
    if (name === undefined) {
      throw badRequest(
        `csv header: ${names.length} columns, the model takes at least ${Number(key) + 1}`,
      );
    }
    byName.set(name, dtype);
  }
  return frame(
    0,
    names.map((name) => emptyColumn(name, byName.get(name))),
  );
}

function emptyColumn(name: string, dtype: CsvDtype = 'object'): Column {
  switch (dtype) {
    case 'int32':
      return column(name, dtype, new Int32Array());
    case 'int64':
      return column(name, dtype, new BigInt64Array());
    case 'float32':
      return column(name, dtype, new Float32Array());
    case 'float64':
      return column(name, dtype, new Float64Array());
    case 'bool':
      return column(name, dtype, new Uint8Array());
    case 'object':
      return column(name, dtype, []);
    case 'datetime':
      return column(name, 'datetime64[ns]', new BigInt64Array());
  }
}
