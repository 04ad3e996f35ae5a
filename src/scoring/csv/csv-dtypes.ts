import { badRequest } from '../../errors.ts';
import { PANDAS_DTYPE } from '../../model/pandas-dtype.ts';
import type { ScalarType, Schema } from '../../model/signature.ts';
import type { CsvTarget } from './cast-cells.ts';

/** What `read_csv` is told about one column; `datetime` is refused as soon as a cell needs it. */
export type CsvDtype = CsvTarget | 'datetime';

/** dtype by column name, or by position for inputs without a name. */
export type CsvDtypes = ReadonlyMap<string | number, CsvDtype>;

const DTYPE_BY_TYPE: Readonly<Record<ScalarType, CsvDtype>> = {
  ...PANDAS_DTYPE,
  datetime: 'datetime',
};

const isScalar = (type: string): type is ScalarType => Object.hasOwn(DTYPE_BY_TYPE, type);

/**
 * The dtypes a signature gives to the parser.
 *
 * @throws {ServingError} BAD_REQUEST for tensors and nested types: CSV cannot feed those models
 * @see mlflow/types/schema.py, `Schema.pandas_types`, `Schema.input_names`
 */
export function csvDtypes(schema: Schema): CsvDtypes {
  const known = KNOWN.get(schema);
  if (known !== undefined) return known;
  const dtypes = findDtypes(schema);
  KNOWN.set(schema, dtypes);
  return dtypes;
}

/** A model's schema is the same object for every request. */
const KNOWN = new WeakMap<Schema, CsvDtypes>();

function findDtypes(schema: Schema): CsvDtypes {
  if (schema.kind === 'tensors') {
    throw badRequest('csv body: the model takes tensors, which CSV cannot hold; send JSON');
  }
  const dtypes = new Map<string | number, CsvDtype>();
  for (const [position, { name, type }] of schema.inputs.entries()) {
    if (!isScalar(type)) {
      throw badRequest(
        `csv body: input "${name ?? position}" is of type ${type}, which CSV cannot hold; send JSON`,
      );
    }
    dtypes.set(name || position, DTYPE_BY_TYPE[type]);
  }
  return dtypes;
}
