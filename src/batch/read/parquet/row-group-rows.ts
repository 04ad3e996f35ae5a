import { badRequest } from '../../../errors.ts';
import { decompress } from '../../../invocation/decompress.ts';
import { type Column, column, type Frame, frame } from '../../../model/frame.ts';
import { type ArrowType, arrowTypeOf } from '../../../scoring/parquet/arrow-type.ts';
import type { ColumnChunk, RowGroup } from '../../../scoring/parquet/file-metadata.ts';
import { leafTypeOf } from '../../../scoring/parquet/leaf-cells.ts';
import type { LeafColumn } from '../../../scoring/parquet/leaf-column.ts';
import { type ColumnPlace, checkFlatChunk } from '../../../scoring/parquet/read-column.ts';
import { type describeColumns, pandasColumn } from '../../../scoring/parquet/read-frame.ts';
import { objects, type SparseValues, toStorage } from '../../../scoring/parquet/to-storage.ts';
import { mapInOrder } from '../../map-in-order.ts';
import { openColumnBytes } from './column-bytes.ts';
import type { GroupBytes } from './group-bytes.ts';
import { type LeafRows, openLeafRows } from './leaf-rows.ts';
import { createPageBudget, type PageShare } from './page-budget.ts';
import { readParquet } from './parquet-metadata.ts';

export type FileColumns = ReturnType<typeof describeColumns> & {
  /** Integer columns that have a null somewhere in the file, by name. */
  readonly widened: ReadonlySet<string>;
};

/** What the model gets; and what is kept in the output, where that is not the same. */
export interface GroupFrames {
  readonly table: Frame;
  readonly kept: Frame | undefined;
}

/** All of a row group's pages that are decoded at the same time. */
const MAX_OPEN_BYTES = 2 ** 31;
/** Columns whose next rows are made at the same time. */
const COLUMNS_AT_ONCE = 32;

/** A column of the group that is being read. */
interface OpenColumn {
  readonly name: string;
  readonly type: ArrowType;
  readonly rows: LeafRows;
  /** Of the whole group: it decides of integers' and bools' types. */
  readonly hasNulls: boolean;
}

/**
 * Read a row group from its first row to its last, page by page.
 *
 * Rows mean what they mean when the group is read whole: a null in its last row makes floats of integers in its first.
 *
 * Memory: as `GroupBytes`, and a page of each column, with its dictionary.
 *
 * @returns gives the next `count` rows; all of them together no more than the group has
 * @throws {ServingError} as `LeafRows`
 */
export async function openRowGroup(
  group: RowGroup,
  { ranges, read, windowBytes }: GroupBytes,
  file: FileColumns,
): Promise<(count: number) => Promise<GroupFrames>> {
  const openShare = createPageBudget(MAX_OPEN_BYTES);

  async function open(name: string, { node, field }: ColumnPlace): Promise<OpenColumn> {
    readParquet(() => checkFlatChunk(group, node));
    const chunk = group.chunks[node.leafIndex] as ColumnChunk;
    const range = ranges[node.leafIndex] ?? { start: 0, end: 0 };
    const type = readParquet(() => arrowTypeOf(node.element, field));
    const openRows = (openShare: () => PageShare): LeafRows => {
      const leaf = { node, type: leafTypeOf(node.element, type), decompress, codec: chunk.codec };
      const bytes = openColumnBytes(read, range, windowBytes);
      const rowCount = group.rowCount;
      return openLeafRows({ bytes, leaf: { ...leaf, dictionary: undefined }, rowCount, openShare });
    };
    const isDecided = node.maxDefinition === 0 || !isTypedByNulls(type);
    const hasNulls = !isDecided && (await findNulls(chunk, group.rowCount, openRows));
    return { name, type, rows: openRows(openShare), hasNulls };
  }

  const columns = await forEachColumn([...file.places], ([name, place]) => open(name, place));
  return async (count) => {
    const leaves = await forEachColumn(columns, ({ rows }) => rows.take(count));
    return readParquet(() => framesOf(columns, leaves, count, file));
  };
}

async function forEachColumn<T, R>(
  columns: readonly T[],
  work: (column: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for await (const result of mapInOrder(columns, COLUMNS_AT_ONCE, work)) results.push(result);
  return results;
}

const isTypedByNulls = ({ kind }: ArrowType): boolean => kind === 'integer' || kind === 'bool';

/** Statistics may be left out, or count wrongly: up to its first null, the column is read for it. */
async function findNulls(
  { nullCount }: ColumnChunk,
  rowCount: number,
  openRows: (openShare: () => PageShare) => LeafRows,
): Promise<boolean> {
  if (nullCount === 0) return false;
  const rows = openRows(createPageBudget(MAX_OPEN_BYTES)); // nothing of it is kept
  for (let at = 0; at < rowCount; at += LOOK_ROWS) {
    const count = Math.min(LOOK_ROWS, rowCount - at);
    if ((await rows.take(count)).valueCount < count) return true;
  }
  return false;
}

const LOOK_ROWS = 2 ** 16;

function framesOf(
  columns: readonly OpenColumn[],
  leaves: readonly LeafColumn[],
  rowCount: number,
  { pandas, widened }: FileColumns,
): GroupFrames {
  const table: Column[] = [];
  let isOther = false;
  const kept = columns.map(({ name, type, hasNulls }, at): Column => {
    const sparse = sparseValues(leaves[at] as LeafColumn, rowCount);
    if (isTypedByNulls(type) && sparse.present !== undefined && !hasNulls)
      throw contradiction(name);
    const present = hasNulls ? leaves[at]?.definitions : sparse.present;
    const stored = toStorage(type, { ...sparse, present });
    const isIndex = pandas.indexLevels.includes(name);
    const typed = isIndex ? undefined : pandasColumn(name, stored, pandas);
    if (typed !== undefined) table.push(typed);
    if (typed !== undefined && !widened.has(name)) return typed;
    isOther = true;
    const { dtype, data } = widened.has(name) ? objects(type, sparse) : stored;
    return column(isIndex ? name : pandas.labelOf(name), dtype, data as never);
  });
  return { table: frame(rowCount, table), kept: isOther ? frame(rowCount, kept) : undefined };
}

const sparseValues = (
  { values, valueCount, definitions }: LeafColumn,
  rowCount: number,
): SparseValues => ({
  values,
  present: valueCount < rowCount ? definitions : undefined,
  rowCount,
});

const contradiction = (name: string) =>
  badRequest(
    `parquet body: the column "${name.slice(0, 80)}" has nulls, and its statistics say that it has none`,
  );
