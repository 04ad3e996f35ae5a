import { corrupt, createByteReader } from './byte-reader.ts';

/** What Arrow remembers about a column beyond what Parquet's own schema can say. */
export interface ArrowField {
  readonly isDictionary: boolean;
  /** Set for durations, which Parquet stores as integers. */
  readonly durationUnit: 's' | 'ms' | 'us' | 'ns' | undefined;
  /** Name of an extension type, such as `pandas.period`. */
  readonly extension: string | undefined;
}

const DURATION = 18;
const SCHEMA_MESSAGE = 1;
const UNITS = ['s', 'ms', 'us', 'ns'] as const;
const CONTINUATION = 0xffffffff;
const EXTENSION_KEY = 'ARROW:extension:name';

/**
 * Read the top-level fields of the Arrow schema that writers leave beside Parquet's own.
 *
 * @param encoded value of the file's key `ARROW:schema`: base64 of an Arrow IPC message
 * @returns the fields in order
 * @throws {ServingError} BAD_REQUEST when it is not such a message
 * @see https://github.com/apache/arrow/tree/main/format, Message.fbs, Schema.fbs
 */
export function readArrowSchema(encoded: string): readonly ArrowField[] {
  const { view } = createByteReader(Buffer.from(encoded, 'base64'));
  try {
    const prefix = view.getUint32(0, true) === CONTINUATION ? 8 : 4;
    const message = tableAt(view, prefix);
    const kind = message.offsetOf(1);
    const schema = message.tableOf(2);
    if (kind === undefined || view.getUint8(kind) !== SCHEMA_MESSAGE || schema === undefined) {
      throw corrupt('the Arrow schema is not one');
    }
    return schema.tablesOf(1).map((field) => arrowField(view, field));
  } catch (cause) {
    if (cause instanceof RangeError) throw corrupt('the Arrow schema is cut off');
    throw cause;
  }
}

function arrowField(view: DataView, field: Table): ArrowField {
  const kind = field.offsetOf(2);
  const isDuration = kind !== undefined && view.getUint8(kind) === DURATION;
  const unit = field.tableOf(3)?.offsetOf(0);
  const pairs = field.tablesOf(6).map((pair) => [pair.textOf(0), pair.textOf(1)] as const);
  return {
    isDictionary: field.offsetOf(4) !== undefined,
    durationUnit: isDuration
      ? UNITS[unit === undefined ? 1 : view.getInt16(unit, true)]
      : undefined,
    extension: pairs.find(([key]) => key === EXTENSION_KEY)?.[1],
  };
}

/** A FlatBuffers table; offsets are absolute, `undefined` where a field is absent. */
interface Table {
  offsetOf(field: number): number | undefined;
  tableOf(field: number): Table | undefined;
  tablesOf(field: number): Table[];
  textOf(field: number): string | undefined;
}

/** The table that the offset at `position` points to. */
function tableAt(view: DataView, position: number): Table {
  const start = position + view.getUint32(position, true);
  const vtable = start - view.getInt32(start, true);
  const vtableBytes = view.getUint16(vtable, true);

  function offsetOf(field: number): number | undefined {
    const slot = 4 + 2 * field;
    const offset = slot < vtableBytes ? view.getUint16(vtable + slot, true) : 0;
    return offset === 0 ? undefined : start + offset;
  }

  function tablesOf(field: number): Table[] {
    const at = offsetOf(field);
    if (at === undefined) return [];
    const vector = at + view.getUint32(at, true);
    const length = view.getUint32(vector, true);
    if (length * 4 > view.byteLength) throw corrupt('the Arrow schema is cut off');
    return Array.from({ length }, (_, i) => tableAt(view, vector + 4 + 4 * i));
  }

  function textOf(field: number): string | undefined {
    const at = offsetOf(field);
    if (at === undefined) return undefined;
    const text = at + view.getUint32(at, true);
    const length = view.getUint32(text, true);
    return Buffer.from(view.buffer, view.byteOffset + text + 4, length).toString('utf8');
  }

  return {
    offsetOf,
    tablesOf,
    textOf,
    tableOf(field) {
      const at = offsetOf(field);
      return at === undefined ? undefined : tableAt(view, at);
    },
  };
}
