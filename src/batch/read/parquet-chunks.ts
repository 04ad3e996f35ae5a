import { badRequest } from '../../errors.ts';
import { decompress } from '../../invocation/decompress.ts';
import {
  type FileMetadata,
  type RowGroup,
  readFileMetadata,
} from '../../scoring/parquet/file-metadata.ts';
import { readTable } from '../../scoring/parquet/read-frame.ts';
import { buildSchemaTree } from '../../scoring/parquet/schema-tree.ts';
import type { BatchInput } from '../batch-input.ts';
import type { FrameChunk } from '../chunk.ts';
import { sliceFrame } from './slice-frame.ts';

/** Most footers are smaller: one read brings both the length and what it is the length of. */
const TAIL_BYTES = 64 * 1024;
const FOOTER_BYTES = 8;
/** Tables of thousands of columns and row groups have a tenth of it. */
const MAX_FOOTER_BYTES = 64 * 2 ** 20;
/** Of one row group once decoded, and 8 for each cell. */
const MAX_DECODED_BYTES = 2 ** 30;

/**
 * The rows of a Parquet file, a row group at a time, read by ranges.
 *
 * Memory: one row group as it lies in the file, and decoded.
 *
 * @throws {ServingError} BAD_REQUEST when the file cannot be read, or has a nested column, which it names;
 *   REQUEST_TOO_LARGE for a row group of more than 1 GiB; as `BatchInput.read`
 */
export async function* parquetChunks(
  input: BatchInput,
  chunkRows: number,
): AsyncGenerator<FrameChunk> {
  const { metadata, end } = await readMetadata(input);
  refuseNested(metadata);
  const ends = columnEnds(metadata, end);
  let firstRow = 0;
  for (const group of metadata.rowGroups) {
    const table = await readGroup(input, { metadata, group, ends });
    for (let from = 0; from < table.rowCount; from += chunkRows) {
      const frame = sliceFrame(table, from, Math.min(from + chunkRows, table.rowCount));
      yield { kind: 'frame', firstRow: firstRow + from, rowCount: frame.rowCount, frame };
    }
    firstRow += table.rowCount;
  }
  if (firstRow !== metadata.rowCount) {
    throw badRequest('parquet body: the row groups do not add up to the rows of the file');
  }
  if (firstRow === 0) {
    const frame = await readGroup(input, { metadata, group: emptyGroup(metadata), ends });
    yield { kind: 'frame', firstRow: 0, rowCount: 0, frame };
  }
}

/** @returns besides, where the metadata begins: columns end before it */
async function readMetadata(input: BatchInput): Promise<{ metadata: FileMetadata; end: number }> {
  const { sizeBytes } = input;
  let tail = await input.read({ start: Math.max(0, sizeBytes - TAIL_BYTES), end: sizeBytes });
  const length = footerLength(tail);
  if (length > MAX_FOOTER_BYTES) {
    throw badRequest(`parquet body: its metadata have more than ${MAX_FOOTER_BYTES} bytes`);
  }
  // Four more: no file is nothing but its footer.
  const neededBytes = length + FOOTER_BYTES + 4;
  if (neededBytes > tail.length && neededBytes <= sizeBytes) {
    tail = await input.read({ start: sizeBytes - neededBytes, end: sizeBytes });
  }
  return {
    metadata: read(() => readFileMetadata(plain(tail))),
    end: sizeBytes - length - FOOTER_BYTES,
  };
}

/** 0 for what is no Parquet file: then the reader says so. */
function footerLength(tail: Uint8Array): number {
  const end = Buffer.from(tail.subarray(-FOOTER_BYTES));
  const isParquet = end.length === FOOTER_BYTES && end.toString('latin1', 4) === 'PAR1';
  return isParquet ? end.readUInt32LE(0) : 0;
}

function refuseNested(metadata: FileMetadata): void {
  const nested = read(() => buildSchemaTree(metadata)).find(
    ({ leafIndex, element }) => leafIndex < 0 || element.repetition === 'REPEATED',
  );
  if (nested === undefined) return;
  throw badRequest(
    `parquet body: the column "${nested.element.name.slice(0, 80)}" is nested; expected one value in each cell. Send such rows as JSON Lines`,
  );
}

/** A column ends where the next one begins, and the last one in front of the metadata. */
function columnEnds({ rowGroups }: FileMetadata, end: number): Map<number, number> {
  const starts = rowGroups.flatMap(({ chunks }) => chunks.map(({ start }) => start));
  const sorted = Float64Array.from(new Set(starts)).sort();
  return new Map(Array.from(sorted, (start, at) => [start, Math.min(end, sorted[at + 1] ?? end)]));
}

interface GroupPlace {
  readonly metadata: FileMetadata;
  readonly group: RowGroup;
  /** Where a column of a row group ends, by its start. */
  readonly ends: ReadonlyMap<number, number>;
}

/** The group as a file of its own: its columns side by side, and metadata that tells of nothing else. */
async function readGroup(input: BatchInput, { metadata, group, ends }: GroupPlace) {
  const ranges = group.chunks.map(({ start }) => ({
    start,
    end: ends.get(start) ?? start,
  }));
  const columns = await Promise.all(
    ranges.map((range) => (range.end > range.start ? input.read(range) : new Uint8Array(0))),
  );
  let start = 0;
  const chunks = group.chunks.map((chunk, at) => {
    const moved = { ...chunk, start };
    start += (columns[at] as Uint8Array).length;
    return moved;
  });
  const own = { ...metadata, rowCount: group.rowCount, rowGroups: [{ ...group, chunks }] };
  const bytes = plain(Buffer.concat(columns));
  return read(() => readTable(bytes, own, { decompress, maxDecodedBytes: MAX_DECODED_BYTES }));
}

const emptyGroup = (metadata: FileMetadata): RowGroup => ({
  rowCount: 0,
  chunks: buildSchemaTree(metadata).map(() => ({ codec: 0, valueCount: 0, start: 0 })),
});

/** A plain view: methods of a Buffer that look like an array's may not copy. */
const plain = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length);

/** What a corrupt file makes the reader throw is about the file. */
function read<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ServingError') throw cause;
    throw badRequest('parquet body: the file is corrupt', { cause });
  }
}
