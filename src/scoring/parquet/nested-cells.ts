import { ndArray } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';
import type { ArrowType } from './arrow-type.ts';
import { corrupt } from './byte-reader.ts';
import { toCell } from './leaf-cells.ts';
import type { LeafColumn } from './leaf-column.ts';
import { leavesOf, type SchemaNode } from './schema-tree.ts';
import { toStorage } from './to-storage.ts';

/** A leaf and how far it is read. */
export interface LeafCursor {
  readonly type: ArrowType;
  readonly column: LeafColumn;
  level: number;
  value: number;
  /** Found out with the first list. */
  hasNullElements?: boolean;
}

/** Leaves of one nested column by their index in the file. */
export type LeafCursors = ReadonlyMap<number, LeafCursor>;

/**
 * Put the rows of a nested column together again.
 *
 * Lists become arrays, as pandas has them; structs become dicts; maps become lists of pairs.
 *
 * Shapes: [N] cells.
 * @throws {ServingError} BAD_REQUEST when the levels do not make N rows
 * @see https://research.google/pubs/dremel-interactive-analysis-of-web-scale-datasets-2/
 */
export function readNestedCells(
  node: SchemaNode,
  cursors: LeafCursors,
  rowCount: number,
): PyValue[] {
  const cells: PyValue[] = [];
  for (let row = 0; row < rowCount; row++) cells.push(readNode(node, cursors));
  for (const { level, column } of cursors.values()) {
    if (level !== column.levelCount) throw corrupt('a nested column has more rows than the file');
  }
  return cells;
}

function readNode(node: SchemaNode, cursors: LeafCursors): PyValue {
  if (node.element.repetition === 'REPEATED') return readRepeated(node, node, cursors);
  if (node.leafIndex >= 0) return readLeaf(node, cursors);
  if (definitionOf(node, cursors) < node.maxDefinition) {
    skip(node, cursors);
    return null;
  }
  const [only] = node.children;
  if (only?.element.repetition === 'REPEATED' && node.children.length === 1) {
    if (isAnnotated(node, MAP)) return readPairs(only, cursors);
    if (isAnnotated(node, LIST)) return readRepeated(only, elementOf(node, only), cursors);
  }
  return readDict(node, cursors);
}

/** LogicalType fields and ConvertedType numbers of lists and maps. */
const LIST = { logical: 3, converted: [3] };
const MAP = { logical: 2, converted: [1, 2] };

const isAnnotated = (
  { element: { logicalType, convertedType = -1 } }: SchemaNode,
  { logical, converted }: typeof LIST,
): boolean =>
  logicalType === undefined ? converted.includes(convertedType) : logicalType.has(logical);

/**
 * What a list's repeated child repeats: its only child, or itself in files of older writers.
 *
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
 */
function elementOf(list: SchemaNode, repeated: SchemaNode): SchemaNode {
  const [element] = repeated.children;
  const { name } = repeated.element;
  const isElement = name === 'array' || name === `${list.element.name}_tuple`;
  return element === undefined || repeated.children.length > 1 || isElement ? repeated : element;
}

function firstCursor(node: SchemaNode, cursors: LeafCursors): LeafCursor {
  const [leaf] = leavesOf(node);
  const cursor = leaf && cursors.get(leaf.leafIndex);
  if (cursor === undefined || cursor.level >= cursor.column.levelCount) {
    throw corrupt('a nested column has fewer rows than the file');
  }
  return cursor;
}

function definitionOf(node: SchemaNode, cursors: LeafCursors): number {
  const { column, level } = firstCursor(node, cursors);
  return column.definitions?.[level] ?? 0;
}

/** Step over the one level that a null or an empty list has in each leaf. */
function skip(node: SchemaNode, cursors: LeafCursors): void {
  for (const leaf of leavesOf(node)) firstCursor(leaf, cursors).level++;
}

function readLeaf(node: SchemaNode, cursors: LeafCursors): PyValue {
  const cursor = firstCursor(node, cursors);
  const definition = cursor.column.definitions?.[cursor.level] ?? 0;
  cursor.level++;
  return definition < node.maxDefinition
    ? null
    : toCell(cursor.type, cursor.column.values[cursor.value++] as PyValue);
}

function readDict(node: SchemaNode, cursors: LeafCursors): PyValue {
  return new Map(node.children.map((child) => [child.element.name, readNode(child, cursors)]));
}

/** The fields of an entry of a repeated group, the group's own repetition left aside. */
const readEntry = (repeated: SchemaNode, element: SchemaNode, cursors: LeafCursors): PyValue => {
  if (element !== repeated) return readNode(element, cursors);
  return repeated.leafIndex >= 0 ? readLeaf(repeated, cursors) : readDict(repeated, cursors);
};

function readRepeated(repeated: SchemaNode, element: SchemaNode, cursors: LeafCursors): PyValue {
  if (element.leafIndex >= 0) return readLeafList(repeated, element, cursors);
  const entries = readEntries(repeated, cursors, () => readEntry(repeated, element, cursors));
  return ndArray('object', [entries.length], entries);
}

function readEntries(repeated: SchemaNode, cursors: LeafCursors, read: () => PyValue): PyValue[] {
  const entries: PyValue[] = [];
  if (definitionOf(repeated, cursors) < repeated.maxDefinition) {
    skip(repeated, cursors);
    return entries;
  }
  const [leaf] = leavesOf(repeated);
  const cursor = cursors.get((leaf as SchemaNode).leafIndex) as LeafCursor;
  do entries.push(read());
  while (
    cursor.column.repetitions?.[cursor.level] === repeated.maxRepetition &&
    cursor.level < cursor.column.levelCount
  );
  return entries;
}

function readPairs(repeated: SchemaNode, cursors: LeafCursors): PyValue {
  return readEntries(repeated, cursors, () =>
    repeated.children.map((child) => readNode(child, cursors)),
  );
}

/** A list of plain values, taken as one slice of the leaf. */
function readLeafList(repeated: SchemaNode, element: SchemaNode, cursors: LeafCursors): PyValue {
  const cursor = firstCursor(element, cursors);
  const { definitions, repetitions, levelCount, values } = cursor.column;
  const first = cursor.level;
  const firstValue = cursor.value;
  let end = first + 1;
  if ((definitions?.[first] ?? 0) < repeated.maxDefinition) end = first;
  else while (end < levelCount && repetitions?.[end] === repeated.maxRepetition) end++;
  const rowCount = end - first;
  const present = new Uint8Array(rowCount);
  for (let i = 0; i < rowCount; i++) {
    present[i] = Number(definitions?.[first + i] === element.maxDefinition);
    cursor.value += present[i] as number;
  }
  cursor.level = Math.max(end, first + 1);
  cursor.hasNullElements ??= hasNullElements(repeated, element, cursor.column);
  const { dtype, data } = toStorage(cursor.type, {
    values: values.slice(firstValue, cursor.value),
    present: cursor.hasNullElements ? present : undefined,
    rowCount,
  });
  return ndArray(dtype, [rowCount], data as never);
}

/** Whether any list of the column has a null: then the arrays of all of them make room for it. */
const hasNullElements = (
  { maxDefinition }: SchemaNode,
  element: SchemaNode,
  { definitions }: LeafColumn,
): boolean =>
  definitions?.some((level) => level >= maxDefinition && level < element.maxDefinition) ?? false;
