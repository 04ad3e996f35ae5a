import type { Cell } from './cell.ts';
import type { InputKind } from './input-kind.ts';
import { numberEdges, ordinaryNumber } from './numeric-cells.ts';
import type { Random } from './random.ts';
import { ordinaryText, textEdges } from './text-cells.ts';

/** What is known of an input's values. */
export interface InputKnowledge {
  /** Of the input example and of the user's rows. */
  readonly seen: readonly Cell[];
  /** Those by which the model decides: its categories, its trees' thresholds. */
  readonly known: readonly Cell[];
}

export const NOTHING_KNOWN: InputKnowledge = { seen: [], known: [] };

/** Milliseconds since 1970. */
const FIRST_DAY = Date.UTC(2000, 0, 1);
const LAST_DAY = Date.UTC(2030, 0, 1);

/** A function that makes cells as clients would send them. */
export function ordinaryCells(
  kind: InputKind,
  { seen, known }: InputKnowledge,
  random: Random,
): () => Cell {
  switch (kind.kind) {
    case 'number': {
      const values = { example: numbers(seen), probes: numbers(known) };
      return () => ordinaryNumber(kind, values, random);
    }
    case 'text': {
      const [example, categories] = [texts(seen), texts(known)];
      return () => ordinaryText(example, categories, random);
    }
    case 'boolean':
      return () => random.next() < 0.5;
    case 'datetime':
      return () => isoText(FIRST_DAY + random.next() * (LAST_DAY - FIRST_DAY));
    case 'binary':
      return () => base64(Array.from({ length: random.below(16) }, () => random.below(256)));
  }
}

/** Values at which things go wrong, for a kind of input. */
export function edgeCells(kind: InputKind): Cell[] {
  switch (kind.kind) {
    case 'number':
      return numberEdges(kind);
    case 'text':
      return textEdges();
    case 'boolean':
      return [true, false, null, 0n, 1n];
    case 'datetime':
      return ['1970-01-01T00:00:00', '1969-12-31T23:59:59', '2262-04-11', '1700-01-01', null];
    case 'binary':
      return ['', base64([0]), base64([255, 254]), null];
  }
}

const numbers = (cells: readonly Cell[]): number[] =>
  flat(cells).flatMap((cell) => {
    if (typeof cell === 'bigint') return [Number(cell)];
    return typeof cell === 'number' && Number.isFinite(cell) ? [cell] : [];
  });

const texts = (cells: readonly Cell[]): string[] =>
  flat(cells).filter((cell): cell is string => typeof cell === 'string');

/** Those of tensors are lists. */
const flat = (cells: readonly Cell[]): Cell[] =>
  cells.flatMap((cell) => (isList(cell) ? flat(cell) : [cell]));

const isList = (cell: Cell): cell is readonly Cell[] => Array.isArray(cell);

const isoText = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');
