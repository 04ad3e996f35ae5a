import { encodeThrift, type Thrift, type ThriftField, type ThriftStruct } from './encode-thrift.ts';
import { LIST_ANNOTATIONS } from './leaf-type.ts';
import type { ColumnType, ParquetPiece, PieceColumn } from './parquet-piece.ts';

/** A row group in its place. All of them are kept until the end: numbers, and not objects. */
export interface PlacedRowGroup {
  readonly rowCount: number;
  /** Of each column, `NUMBERS` in their order, from the first to the last. */
  readonly numbers: Float64Array;
}

/** What the footer says of a column in a row group; `start` is from the start of the file. */
type ChunkNumbers = Pick<PieceColumn, 'valueCount' | 'plainBytes' | 'sizeBytes' | 'start'>;
const NUMBERS = 4;

/** @param start of the piece, from the start of the file; bytes */
export function placeRowGroup(
  { rowCount, columns }: Pick<ParquetPiece, 'rowCount' | 'columns'>,
  start: number,
): PlacedRowGroup {
  const numbers = columns.flatMap((column) => [
    column.valueCount,
    column.plainBytes,
    column.sizeBytes,
    start + column.start,
  ]);
  return { rowCount, numbers: Float64Array.from(numbers) };
}

const REQUIRED = 0;
const OPTIONAL = 1;
const REPEATED = 2;
const ZSTD = 6;
const VERSION = 2;
const ENCODINGS: Thrift = { list: [{ i32: 0 }, { i32: 3 }] };

/**
 * What ends a Parquet file.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export function encodeFooter(
  columns: readonly ColumnType[],
  rowGroups: readonly PlacedRowGroup[],
): Uint8Array {
  const rowCount = rowGroups.reduce((sum, group) => sum + group.rowCount, 0);
  const root = element('schema', [[5, { i32: columns.length }]]);
  const metadata = encodeThrift({
    struct: [
      [1, { i32: VERSION }],
      [2, { list: [root, ...columns.flatMap(schemaElements)] }],
      [3, { i64: rowCount }],
      [
        4,
        { list: rowGroups.map((group) => ({ encoded: encodeThrift(rowGroup(group, columns)) })) },
      ],
      [6, { text: 'mlflow-serverless' }],
    ],
  });
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(metadata.length);
  return Buffer.concat([metadata, length, Buffer.from('PAR1')]);
}

const element = (name: string, fields: readonly ThriftField[]): ThriftStruct => ({
  struct: [...fields, [4, { text: name }] as const].toSorted(([a], [b]) => a - b),
});

/** A list is three elements: the list, what repeats in it, and an entry. */
function schemaElements({ name, type, rank }: ColumnType): ThriftStruct[] {
  const elements: ThriftStruct[] = [];
  for (let depth = 0; depth < rank; depth++) {
    const oneChild: ThriftField = [5, { i32: 1 }];
    const presence: ThriftField = [3, { i32: depth === 0 ? OPTIONAL : REQUIRED }];
    elements.push(
      element(depth === 0 ? name : 'element', [presence, oneChild, ...LIST_ANNOTATIONS]),
      element('list', [[3, { i32: REPEATED }], oneChild]),
    );
  }
  const physical: ThriftField = [1, { i32: type.physical }];
  const leaf = element(rank === 0 ? name : 'element', [
    physical,
    [3, { i32: OPTIONAL }],
    ...type.annotations,
  ]);
  return [...elements, leaf];
}

const pathOf = ({ name, rank }: ColumnType): Thrift => ({
  list: [name, ...Array.from({ length: rank }, () => ['list', 'element']).flat()].map((text) => ({
    text,
  })),
});

function rowGroup(group: PlacedRowGroup, columns: readonly ColumnType[]): ThriftStruct {
  const chunks = columns.map((_, at) => chunkNumbers(group, at));
  const plainBytes = chunks.reduce((sum, chunk) => sum + chunk.plainBytes, 0);
  return {
    struct: [
      [1, { list: chunks.map((chunk, at) => columnChunk(chunk, columns[at] as ColumnType)) }],
      [2, { i64: plainBytes }],
      [3, { i64: group.rowCount }],
    ],
  };
}

function chunkNumbers({ numbers }: PlacedRowGroup, column: number): ChunkNumbers {
  const from = column * NUMBERS;
  const [valueCount = 0, plainBytes = 0, sizeBytes = 0, start = 0] = numbers.subarray(from);
  return { valueCount, plainBytes, sizeBytes, start };
}

function columnChunk(chunk: ChunkNumbers, type: ColumnType): ThriftStruct {
  const metadata: ThriftStruct = {
    struct: [
      [1, { i32: type.type.physical }],
      [2, ENCODINGS],
      [3, pathOf(type)],
      [4, { i32: ZSTD }],
      [5, { i64: chunk.valueCount }],
      [6, { i64: chunk.plainBytes }],
      [7, { i64: chunk.sizeBytes }],
      [9, { i64: chunk.start }],
    ],
  };
  return {
    struct: [
      [2, { i64: chunk.start }],
      [3, metadata],
    ],
  };
}
