import { badRequest } from '../../errors.ts';
import { objectCells } from '../../model/cells.ts';
import type { Dtype } from '../../model/dtype.ts';
import { type Column, column, type Label } from '../../model/frame.ts';
import { PANDAS_DTYPE } from '../../model/pandas-dtype.ts';
import type { PyValue } from '../../model/py-value.ts';
import type { ScalarType, Schema } from '../../model/signature.ts';
import { CastError, rowOf, translatingCastErrors } from '../cast-error.ts';
import { toDatetimes } from '../dates/to-datetimes.ts';
import { decodeBase64 } from '../python/base64-text.ts';
import { astype } from './astype.ts';
import { type IndexedFrame, isSameLabel } from './row-index.ts';

/** A column of the schema and how its cells are cast. */
interface ColumnCast {
  readonly label: Label;
  readonly cast: (column: Column, isRepeated: boolean) => Column;
}

/**
 * The lenient step for frames: cast each column that the schema knows, leave the others alone.
 *
 * @throws {ServingError} BAD_REQUEST naming the column and the first row that does not convert
 * @see mlflow/utils/proto_json_utils.py, `cast_df_types_according_to_schema`
 */
export function castFrame(input: IndexedFrame, schema: Schema, nowMs?: number): IndexedFrame {
  const columns = [...input.columns];
  for (const { label, cast } of columnCasts(input, schema, nowMs)) {
    const positions = columns.flatMap((item, i) => (isSameLabel(item.label, label) ? [i] : []));
    for (const position of positions) {
      columns[position] = translatingCastErrors(
        () => cast(columns[position] as Column, positions.length > 1),
        (error) => badRequest(`column "${label}"${rowOf(error)}: expected ${error.message}`),
      );
    }
  }
  return { ...input, columns };
}

function columnCasts(
  input: IndexedFrame,
  schema: Schema,
  nowMs: number | undefined,
): readonly ColumnCast[] {
  if (schema.kind === 'columns') {
    return schema.inputs.flatMap(({ name, type }, i) => {
      const label = name === undefined ? input.columns[i]?.label : name || BigInt(i);
      const cast = (item: Column, isRepeated: boolean) =>
        castColumn(item, type as ScalarType, isRepeated, nowMs);
      return label === undefined ? [] : [{ label, cast }];
    });
  }
  const [first] = schema.inputs;
  if (schema.inputs.length === 1 && first?.name === undefined) {
    const labels = new Set(input.columns.map((item) => item.label));
    return [...labels].map((label) => ({ label, cast: tensorCast(first?.dtype, nowMs) }));
  }
  return schema.inputs.map(({ name, dtype }, i) => ({
    label: name || BigInt(i),
    cast: tensorCast(dtype, nowMs),
  }));
}

function castColumn(
  input: Column,
  type: ScalarType,
  isRepeated: boolean,
  nowMs: number | undefined,
): Column {
  if (type === 'datetime') {
    checkNotRepeated(isRepeated);
    return toDatetimes(input, nowMs);
  }
  if (type === 'string') checkNotRepeated(isRepeated);
  if (type !== 'binary') return astype(input, PANDAS_DTYPE[type], nowMs);
  return mapText(input, 'base64 text', (text) =>
    isWellFormed(text) ? decodeBase64(text) : undefined,
  );
}

/** Some casts look at the dtype, which columns of the same name do not have together. */
function checkNotRepeated(isRepeated: boolean): void {
  if (isRepeated) throw new CastError('one column of this name');
}

const tensorCast =
  (name: string | undefined, nowMs: number | undefined): ColumnCast['cast'] =>
  (input, isRepeated) => {
    const dtype = name as Dtype;
    if (dtype === 'bytes') {
      return mapText(input, 'text', (text) =>
        isWellFormed(text) ? new TextEncoder().encode(text) : undefined,
      );
    }
    if ((input.data as ArrayLike<unknown>).length === 0) throw new CastError('at least one row');
    const cells = input.dtype === 'object' ? objectCells(input.dtype, input.data) : [];
    // Lists are stacked and cast by the strict step.
    if (Array.isArray(cells[0]) && !isRepeated) return input;
    if (dtype === 'object' || dtype === 'str') checkNotRepeated(isRepeated);
    return astype(input, dtype, nowMs);
  };

/** Python's UTF-8 encoder refuses lone surrogates. */
const isWellFormed = (text: string): boolean => text.isWellFormed();

function mapText(
  { label, dtype, data }: Column,
  expected: string,
  convert: (text: string) => Uint8Array | undefined,
): Column {
  const cells = objectCells(dtype, data);
  if (cells.length === 0) return column(label, dtype, data as never);
  const converted = cells.map((cell: PyValue, row): PyValue => {
    const bytes = typeof cell === 'string' ? convert(cell) : undefined;
    if (bytes === undefined) throw new CastError(expected, row);
    return bytes;
  });
  return column(label, 'object', converted);
}
