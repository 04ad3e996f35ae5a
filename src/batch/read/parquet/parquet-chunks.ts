import { badRequest } from '../../../errors.ts';
import { arrowTypeOf } from '../../../scoring/parquet/arrow-type.ts';
import type { FileMetadata, RowGroup } from '../../../scoring/parquet/file-metadata.ts';
import type { ColumnPlace } from '../../../scoring/parquet/read-column.ts';
import { describeColumns } from '../../../scoring/parquet/read-frame.ts';
import { buildSchemaTree } from '../../../scoring/parquet/schema-tree.ts';
import type { BatchInput } from '../../batch-input.ts';
import type { FrameChunk } from '../../chunk.ts';
import type { RowGroups } from '../range-plan.ts';
import { type GroupBytes, openGroupBytes } from './group-bytes.ts';
import { columnEnds, readMetadata, readParquet, refuseNested } from './parquet-metadata.ts';
import { type FileColumns, openRowGroup } from './row-group-rows.ts';

/** Of wide tables a chunk has fewer rows. */
const MAX_CHUNK_CELLS = 2 ** 19;

/**
 * The rows of a Parquet file, page by page, read by ranges.
 *
 * @param chunkRows of a chunk, at most
 * @param groups @default all of them; rows are numbered as in the whole file
 *
 * Memory: a window of the file and one page for each column; two row groups as they lie in the file when they are small.
 *
 * @throws {ServingError} BAD_REQUEST when the file cannot be read, or has a nested column, which it names;
 *   REQUEST_TOO_LARGE for pages that take more than 2 GiB side by side; as `BatchInput.read`
 */
export async function* parquetChunks(
  input: BatchInput,
  chunkRows: number,
  groups: RowGroups = { from: 0, to: Number.POSITIVE_INFINITY },
): AsyncGenerator<FrameChunk> {
  const { metadata, end } = await readMetadata(input);
  refuseNested(metadata);
  const total = metadata.rowGroups.reduce((sum, { rowCount }) => sum + rowCount, 0);
  if (total !== metadata.rowCount) {
    throw badRequest('parquet body: the row groups do not add up to the rows of the file');
  }
  const file = readParquet(() => fileColumns(metadata));
  const ends = columnEnds(metadata, end);
  const mostRows = Math.ceil(MAX_CHUNK_CELLS / Math.max(1, file.places.size));
  const wanted = total === 0 ? [emptyGroup(metadata)] : numbered(metadata, groups);
  let ahead = fetchGroup(wanted[0]);
  for (const [at, { group, firstRow }] of wanted.entries()) {
    const bytes = await (ahead as Promise<GroupBytes>);
    ahead = fetchGroup(wanted[at + 1]);
    const take = await openRowGroup(group, bytes, file);
    let from = 0;
    do {
      const rowCount = Math.min(chunkRows, mostRows, group.rowCount - from);
      const { table, kept } = await take(rowCount);
      const chunk = { kind: 'frame', firstRow: firstRow + from, rowCount, frame: table } as const;
      yield kept === undefined ? chunk : { ...chunk, kept };
      from += rowCount;
    } while (from < group.rowCount);
  }

  function fetchGroup(next: NumberedGroup | undefined): Promise<GroupBytes> | undefined {
    const bytes = next && openGroupBytes(input, next.group, ends);
    bytes?.catch(() => undefined); // thrown when its turn comes
    return bytes;
  }
}

interface NumberedGroup {
  readonly group: RowGroup;
  readonly firstRow: number;
}

function numbered({ rowGroups }: FileMetadata, { from, to }: RowGroups): NumberedGroup[] {
  let firstRow = 0;
  const all = rowGroups.map((group) => {
    const place = { group, firstRow };
    firstRow += group.rowCount;
    return place;
  });
  return all.slice(from, to).filter(({ group }) => group.rowCount > 0);
}

const emptyGroup = (metadata: FileMetadata): NumberedGroup => ({
  firstRow: 0,
  group: {
    rowCount: 0,
    chunks: buildSchemaTree(metadata).map(() => ({ codec: 0, valueCount: 0, start: 0 })),
  },
});

function fileColumns(metadata: FileMetadata): FileColumns {
  const described = describeColumns(metadata);
  const widened = Array.from(described.places)
    .filter(([, place]) => isInteger(place) && mayHaveNulls(place, metadata))
    .map(([name]) => name);
  return { ...described, widened: new Set(widened) };
}

const isInteger = ({ node, field }: ColumnPlace): boolean =>
  arrowTypeOf(node.element, field).kind === 'integer';

/** Statistics that are left out say nothing, but for a row group without rows. */
const mayHaveNulls = ({ node }: ColumnPlace, { rowGroups }: FileMetadata): boolean =>
  node.maxDefinition > 0 &&
  rowGroups.some(({ rowCount, chunks }) => rowCount > 0 && chunks[node.leafIndex]?.nullCount !== 0);
