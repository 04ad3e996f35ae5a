import type { Datetime } from '../../src/model/datetime.ts';
import { isDatetime, NAT } from '../../src/model/datetime.ts';
import type { Dtype, DtypeStorage } from '../../src/model/dtype.ts';
import {
  type Column,
  column,
  type Frame,
  frame,
  isFrame,
  type Label,
} from '../../src/model/frame.ts';
import type { ModelInput } from '../../src/model/model-input.ts';
import { type NdArray, ndArray, sizeOf } from '../../src/model/nd-array.ts';
import { isPackedDicts } from '../../src/model/packed-dicts.ts';
import type { PyDict, PyValue } from '../../src/model/py-value.ts';
import { pythonFloat } from '../../src/model/python-float.ts';

/**
 * The recordings' lossless notation for a Python value: null, bool and text as they are, and
 * `{i}` int, `{f}` float, `{b}` bytes, `{dt}` date, `{l}` list, `{o}` dict, `{nd}` array.
 */
export type Recorded =
  | null
  | boolean
  | string
  | { i: string }
  | { f: string }
  | { b: string }
  | { dt: string }
  | { l: Recorded[] }
  | { o: Record<string, Recorded> }
  | { nd: { dtype: string; shape: number[]; data: Recorded[] } };

export interface RecordedFrame {
  kind: 'dataframe';
  columns: Recorded[];
  dtypes: string[];
  rows: Recorded[][];
}

export type RecordedInput = RecordedFrame | { kind: 'value'; value: Recorded };

/** Write a value that reached a model in the recordings' notation. */
export function recordInput(input: ModelInput): RecordedInput {
  if (!isFrame(input)) return { kind: 'value', value: recordValue(input) };
  const cells = input.columns.map(columnCells);
  return {
    kind: 'dataframe',
    columns: input.columns.map((c) => recordValue(c.label)),
    dtypes: input.columns.map((c) => c.dtype),
    rows: Array.from({ length: input.rowCount }, (_, row) => cells.map((c) => c[row] as Recorded)),
  };
}

function columnCells({ dtype, data }: Column): Recorded[] {
  if (isPackedDicts(data)) {
    const width = data.keys.length;
    const flat = storageCells(data.values.dtype, data.values.data);
    return Array.from({ length: flat.length / width }, (_, row) => ({
      o: Object.fromEntries(data.keys.map((key, i) => [key, flat[row * width + i] as Recorded])),
    }));
  }
  return storageCells(dtype, data);
}

export function storageCells(dtype: Dtype, data: DtypeStorage[Dtype]): Recorded[] {
  const cells = Array.from(data as ArrayLike<PyValue>);
  if (dtype === 'bool') return cells.map((cell) => cell === 1);
  if (dtype.startsWith('float') || dtype.startsWith('complex')) return cells.map(recordValue);
  if (dtype.startsWith('datetime64')) {
    return cells.map((cell) => ({
      dt: isoText({ kind: 'timestamp', ns: inNanoseconds(dtype, cell as bigint) }),
    }));
  }
  if (/^u?int/.test(dtype)) return cells.map((cell) => ({ i: String(cell) }));
  return cells.map(recordValue);
}

const NS_PER_UNIT: Partial<Record<Dtype, bigint>> = {
  'datetime64[D]': 86_400_000_000_000n,
  'datetime64[s]': 1_000_000_000n,
  'datetime64[ms]': 1_000_000n,
  'datetime64[us]': 1_000n,
};

const inNanoseconds = (dtype: Dtype, value: bigint): bigint =>
  value === NAT ? NAT : value * (NS_PER_UNIT[dtype] ?? 1n);

export function recordValue(value: PyValue): Recorded {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return { i: String(value) };
  if (typeof value === 'number') return { f: pythonRepr(value) };
  if (value instanceof Uint8Array) return { b: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { l: value.map(recordValue) };
  if (value instanceof Map) {
    return { o: Object.fromEntries([...value].map(([key, item]) => [key, recordValue(item)])) };
  }
  if (isDatetime(value)) return { dt: isoText(value) };
  return {
    nd: {
      dtype: value.dtype,
      shape: [...value.shape],
      data: storageCells(value.dtype, value.data),
    },
  };
}

/** Python's repr of a float: `nan` and `inf` where JSON has words. */
const pythonRepr = (value: number): string =>
  pythonFloat(value).replace('NaN', 'nan').replace('Infinity', 'inf');

/** ISO text with as many fraction digits as pandas shows: none, 6 or 9. */
export function isoText({ ns }: Datetime): string {
  if (ns === NAT) return 'NaT';
  const ms = ns >= 0n || ns % 1_000_000n === 0n ? ns / 1_000_000n : ns / 1_000_000n - 1n;
  const seconds = new Date(Number(ms)).toISOString().slice(0, 19);
  const nanos = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  if (nanos === 0n) return seconds;
  const digits = String(nanos).padStart(9, '0');
  return `${seconds}.${digits.endsWith('000') ? digits.slice(0, 6) : digits}`;
}

/** Read a recorded value back, for recordings of what a model returned. */
export function fromRecorded(value: Recorded): PyValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value === '(lone surrogate U+D800)' ? '\ud800' : value;
  if ('i' in value) return BigInt(value.i);
  if ('f' in value) return floatFrom(value.f);
  if ('b' in value) return new Uint8Array(Buffer.from(value.b, 'base64'));
  if ('dt' in value) return datetimeFrom(value.dt);
  if ('l' in value) return value.l.map(fromRecorded);
  if ('o' in value) {
    const dict: PyDict = new Map();
    for (const [key, item] of Object.entries(value.o)) dict.set(key, fromRecorded(item));
    return dict;
  }
  return arrayFrom(value.nd.dtype as Dtype, value.nd.shape, value.nd.data);
}

export function arrayFrom(dtype: Dtype, shape: number[], data: Recorded[]): NdArray {
  if (sizeOf(shape) !== data.length) throw new Error('recording with a wrong shape');
  return ndArray(dtype, shape, storageFrom(dtype, data.map(fromRecorded)));
}

export function frameFrom(recorded: RecordedFrame): Frame {
  return frame(
    recorded.rows.length,
    recorded.columns.map((label, i) => {
      const cells = recorded.rows.map((row) => fromRecorded(row[i] as Recorded));
      const name = recorded.dtypes[i] as string;
      // A zone-aware column is replayed as the Timestamps it holds.
      const dtype = (name.includes(', ') ? 'object' : name) as Dtype;
      return column(fromRecorded(label) as Label, dtype, storageFrom(dtype, cells) as never);
    }),
  );
}

const TYPED = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export function storageFrom(dtype: Dtype, cells: PyValue[]): DtypeStorage[Dtype] {
  if (dtype in TYPED) return TYPED[dtype as keyof typeof TYPED].from(cells.map(Number));
  if (dtype === 'int64') return BigInt64Array.from(cells as bigint[]);
  if (dtype === 'uint64') return BigUint64Array.from(cells as bigint[]);
  if (dtype.startsWith('datetime64')) {
    return BigInt64Array.from(
      cells.map((cell) => (cell as Datetime).ns / (NS_PER_UNIT[dtype] ?? 1n)),
    );
  }
  return cells as DtypeStorage[Dtype];
}

const floatFrom = (text: string): number =>
  text.endsWith('inf')
    ? Number(text.replace('inf', 'Infinity'))
    : Number(text === 'nan' ? Number.NaN : text);

function datetimeFrom(text: string): Datetime {
  if (text === 'NaT') return { kind: 'timestamp', ns: NAT };
  const [, head, fraction = '', zone] = /^([^.+]*)(?:\.(\d+))?(\+00:00)?$/.exec(text) ?? [];
  if (head === undefined) throw new Error(`recording with an unreadable date ${text}`);
  const ns = BigInt(Date.parse(`${head.includes('T') ? head : `${head}T00:00:00`}Z`)) * 1_000_000n;
  return {
    kind: head.includes('T') ? 'timestamp' : 'date',
    ns: ns + BigInt(fraction.padEnd(9, '0') || 0),
    ...(zone ? { offsetMinutes: 0 } : {}),
  };
}

/** Whether two recorded inputs are the same value; `-0.0` and `0.0` differ, NaN equals itself. */
export const isSameRecording = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

/** A date without a time and that date at midnight are one value in the recordings of params. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (key, item) =>
    key === 'dt' && typeof item === 'string' && /^\d{4}-\d\d-\d\d$/.test(item)
      ? `${item}T00:00:00`
      : item,
  );
