import { badRequest, ServingError } from '../../errors.ts';
import { decompress } from '../../invocation/decompress.ts';
import type { Frame } from '../../model/frame.ts';
import type { FileMetadata, RowGroup } from '../../scoring/parquet/file-metadata.ts';
import { openColumns, readTable } from '../../scoring/parquet/read-frame.ts';
import { buildSchemaTree } from '../../scoring/parquet/schema-tree.ts';
import type { BatchInput } from '../batch-input.ts';
import type { FrameChunk } from '../chunk.ts';
import { keptFrame } from './kept-frame.ts';
import { columnEnds, readMetadata, readParquet, refuseNested } from './parquet-metadata.ts';
import type { RowGroups } from './range-plan.ts';
import { sliceFrames } from './slice-frame.ts';

/** Of one row group once decoded, and 8 for each cell. */
const MAX_DECODED_BYTES = 2 ** 30;

/**
 * The rows of a Parquet file, a row group at a time, read by ranges.
 *
 * @param groups @default all of them; rows are numbered as in the whole file
 *
 * Memory: one row group as it lies in the file, and decoded.
 *
 * @throws {ServingError} BAD_REQUEST when the file cannot be read, or has a nested column, which it names;
 *   REQUEST_TOO_LARGE for a row group of more than 1 GiB; as `BatchInput.read`
 */
export async function* parquetChunks(
  input: BatchInput,
  chunkRows: number,
  groups: RowGroups = { from: 0, to: Number.POSITIVE_INFINITY },
): AsyncGenerator<FrameChunk> {
  const { metadata, end } = await readMetadata(input);
  refuseNested(metadata);
  const ends = columnEnds(metadata, end);
  let firstRow = 0;
  for (const [index, group] of metadata.rowGroups.entries()) {
    if (index < groups.from || index >= groups.to) {
      firstRow += group.rowCount;
      continue;
    }
    yield* groupChunks(await readGroup(input, { metadata, group, ends }), firstRow, chunkRows);
    firstRow += group.rowCount;
  }
  if (firstRow !== metadata.rowCount) {
    throw badRequest('parquet body: the row groups do not add up to the rows of the file');
  }
  if (firstRow === 0) {
    const group = emptyGroup(metadata);
    const { table, kept } = await readGroup(input, { metadata, group, ends });
    yield frameChunk(0, table, kept);
  }
}

/** A function of its own: its table is let go of before the next one is read. */
function* groupChunks({ table, kept }: ReadGroup, firstRow: number, chunkRows: number) {
  for (let from = 0; from < table.rowCount; from += chunkRows) {
    const to = Math.min(from + chunkRows, table.rowCount);
    const [frame, ...others] = sliceFrames([table, ...kept], from, to);
    yield frameChunk(firstRow + from, frame, others);
  }
}

type ReadGroup = Awaited<ReturnType<typeof readGroup>>;

const frameChunk = (firstRow: number, frame: Frame, [kept]: readonly Frame[]): FrameChunk => ({
  ...{ kind: 'frame', firstRow, rowCount: frame.rowCount, frame },
  ...(kept !== undefined && { kept }),
});

interface GroupPlace {
  readonly metadata: FileMetadata;
  readonly group: RowGroup;
  /** Where a column of a row group ends, by its start. */
  readonly ends: ReadonlyMap<number, number>;
}

/** The group as a file of its own: its columns side by side, and metadata that tells of nothing else. */
async function readGroup(input: BatchInput, { metadata, group, ends }: GroupPlace) {
  const starts: number[] = [];
  let length = 0;
  const ranges = group.chunks.map(({ start }) => {
    const end = Math.max(start, ends.get(start) ?? start);
    starts.push(length);
    length += end - start;
    return { start, end };
  });
  if (length > MAX_DECODED_BYTES) {
    throw new ServingError(
      'REQUEST_TOO_LARGE',
      `parquet body: a row group of more than ${MAX_DECODED_BYTES} bytes, which is the limit; write the file with smaller ones`,
    );
  }
  // Each column is let go of as soon as it is in its place: the group is held once, not twice.
  const bytes = new Uint8Array(length);
  await Promise.all(
    ranges.map(async (range, at) => {
      if (range.end > range.start) bytes.set(await input.read(range), starts[at]);
    }),
  );
  const chunks = group.chunks.map((chunk, at) => ({ ...chunk, start: starts[at] ?? 0 }));
  const own = { ...metadata, rowCount: group.rowCount, rowGroups: [{ ...group, chunks }] };
  return readParquet(() => {
    const options = { decompress, maxDecodedBytes: MAX_DECODED_BYTES };
    const table = readTable(bytes, own, options);
    const kept = keptFrame(table, openColumns(bytes, own, options), metadata);
    return { table, kept: kept === undefined ? [] : [kept] };
  });
}

const emptyGroup = (metadata: FileMetadata): RowGroup => ({
  rowCount: 0,
  chunks: buildSchemaTree(metadata).map(() => ({ codec: 0, valueCount: 0, start: 0 })),
});
