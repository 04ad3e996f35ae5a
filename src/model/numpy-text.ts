import { sizeOf } from './nd-array.ts';

/** numpy's print options, as they are when nobody sets them. */
const LINE_WIDTH = 75;
const MAX_CELLS = 1000;
const EDGE_CELLS = 3;

/**
 * numpy's `str(array)` for an array of one dimension or more: `['a' 'b']`, `[[1 2]\n [3 4]]`,
 * lines of at most 75 characters, and `...` for the middle of more than 1000 cells.
 *
 * `words` is given the flat indices of the cells that are shown, and returns the text of each; no
 * text may be empty or hold a line end.
 *
 * @see numpy/_core/arrayprint.py, `_array2string` and `_formatArray`
 */
export function numpyText(
  shape: readonly number[],
  words: (shown: readonly number[]) => readonly string[],
): string {
  const size = sizeOf(shape);
  if (size === 0) return '[]';
  const indices = shape.map((length) => shownIndices(length, size > MAX_CELLS));
  const shown = flatIndices(shape, indices);
  const layout: Layout = { indices, words: words(shown), at: 0 };
  return axisText(layout, 0, ' ', LINE_WIDTH);
}

interface Layout {
  /** Of each axis the indices that are shown, with `null` for the ones left out. */
  readonly indices: readonly (readonly (number | null)[])[];
  /** The cells' texts in the order of the flat indices. */
  readonly words: readonly string[];
  /** The next word. */
  at: number;
}

function shownIndices(length: number, isShortened: boolean): (number | null)[] {
  const all = Array.from({ length }, (_, index) => index);
  if (!isShortened || length <= 2 * EDGE_CELLS) return all;
  return [...all.slice(0, EDGE_CELLS), null, ...all.slice(-EDGE_CELLS)];
}

function flatIndices(shape: readonly number[], indices: Layout['indices']): number[] {
  return shape.reduce<number[]>(
    (flat, length, axis) =>
      flat.flatMap((start) =>
        (indices[axis] ?? []).filter((i) => i !== null).map((i) => start * length + i),
      ),
    [0],
  );
}

function axisText(layout: Layout, axis: number, indent: string, width: number): string {
  const axesLeft = layout.indices.length - axis;
  const shown = layout.indices[axis] as readonly (number | null)[];
  if (axesLeft === 1) return rowText(layout, shown, indent, width - 1);
  const parts = shown.map((index) =>
    index === null ? '...' : axisText(layout, axis + 1, `${indent} `, width - 1),
  );
  return `[${parts.join('\n'.repeat(axesLeft - 1) + indent)}]`;
}

/** The last axis: words with a space between, a new line where the next word would not fit. */
function rowText(
  layout: Layout,
  shown: readonly (number | null)[],
  indent: string,
  width: number,
): string {
  const lines: string[] = [];
  let line = '';
  let length = indent.length;
  for (const index of shown) {
    const word = index === null ? '...' : (layout.words[layout.at++] as string);
    const wordLength = [...word].length;
    if (length + wordLength > width && length > indent.length) {
      lines.push(line.trimEnd());
      line = '';
      length = indent.length;
    }
    line += `${word} `;
    length += wordLength + 1;
  }
  lines.push(line.slice(0, -1));
  return `[${lines.join(`\n${indent}`)}]`;
}
