import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import { arrowTypeOf } from '../../scoring/parquet/arrow-type.ts';
import type { FileMetadata } from '../../scoring/parquet/file-metadata.ts';
import { type ColumnSource, readColumn, readIntegers } from '../../scoring/parquet/read-column.ts';
import type { openColumns } from '../../scoring/parquet/read-frame.ts';

/**
 * The columns of a file as they stand in it: what pandas takes for an index, too, which models do not see; and integers, which
 * pandas makes floats of in row groups that have nulls, so that they would change their type within a file.
 *
 * @param file all of it: a column is of one type in every row group
 * @returns undefined when the table has them all so
 */
export function keptFrame(
  table: Frame,
  { pandas, sources }: ReturnType<typeof openColumns>,
  file: FileMetadata,
): Frame | undefined {
  let next = 0;
  let isOther = false;
  const columns = Array.from(sources, ([name, source]): Column => {
    const isIndex = pandas.indexLevels.includes(name);
    const typed = isIndex ? undefined : table.columns[next++];
    const isWidened = isInteger(source) && mayHaveNulls(source, file);
    if (typed !== undefined && !isWidened) return typed;
    isOther = true;
    const { dtype, data } = isWidened ? readIntegers(source) : readColumn(source);
    return column(isIndex ? name : pandas.labelOf(name), dtype, data as never);
  });
  return isOther ? frame(table.rowCount, columns) : undefined;
}

const isInteger = ({ node, field }: ColumnSource): boolean =>
  arrowTypeOf(node.element, field).kind === 'integer';

/** Statistics that are left out say nothing, but for a row group without rows. */
const mayHaveNulls = ({ node }: ColumnSource, { rowGroups }: FileMetadata): boolean =>
  node.maxDefinition > 0 &&
  rowGroups.some(({ rowCount, chunks }) => rowCount > 0 && chunks[node.leafIndex]?.nullCount !== 0);
