import { isPackedNumbers, isPackedRecords, type JsonValue } from '../model/json-value.ts';

/**
 * How an answer differs from the original's. `number`: floats beyond the tolerance. `label`: another int, text or
 * boolean. `structure`: other keys, lengths or types. `status`: the one refuses what the other answers, or in another way.
 */
export type DifferenceKind = 'number' | 'label' | 'structure' | 'status';

/** The worst difference in the answer for one row. */
export interface AnswerDifference {
  readonly kind: DifferenceKind;
  /** Of the request, from 0; undefined when the answer as a whole differs. */
  readonly row: number | undefined;
  /** In the answer: `predictions[3].0`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** Of a number: its relative error; else infinite. */
  readonly error: number;
}

export interface AnswerComparison {
  readonly differences: readonly AnswerDifference[];
  /** Relative error of the worst number, within the tolerance or not; 0 when every bit is the same. */
  readonly largestError: number;
}

export interface AnswerTolerance {
  /** Relative. */
  readonly relative: number;
  /** The size below which numbers of an output count as this size, by the output's path without indices. */
  readonly floorOf: (output: string) => number;
}

const SEVERITY: readonly DifferenceKind[] = ['number', 'label', 'structure', 'status'];
const SHOWN_LENGTH = 60;

/** Hold one answer against the original's. NaN equals NaN. */
export function compareAnswers(
  expected: JsonValue,
  got: JsonValue,
  tolerance: AnswerTolerance,
): AnswerComparison {
  const worst = new Map<number | undefined, AnswerDifference>();
  let largestError = 0;
  const report = (place: Place, kind: DifferenceKind, pair: Pair, error: number): void => {
    const known = worst.get(place.row);
    const found = { kind, row: place.row, path: place.path, ...pair, error };
    if (known === undefined || isWorse(found, known)) worst.set(place.row, found);
  };
  const visit = (a: JsonValue, b: JsonValue, place: Place): void => {
    const [left, right] = [plain(a), plain(b)];
    if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
      for (const [index, item] of left.entries()) {
        visit(item, right[index] as JsonValue, itemOf(place, index));
      }
    } else if (left instanceof Map && right instanceof Map && hasSameKeys(left, right)) {
      for (const [key, item] of left) visit(item, right.get(key) as JsonValue, keyOf(place, key));
    } else if (typeof left === 'number' && typeof right === 'number') {
      const error = relativeError(left, right, tolerance.floorOf(place.output));
      largestError = Math.max(largestError, error);
      if (error > tolerance.relative) {
        report(place, 'number', { expected: `${left}`, got: `${right}` }, error);
      }
    } else if (left !== right) {
      const kind = isLabel(left) && typeof left === typeof right ? 'label' : 'structure';
      report(place, kind, { expected: show(left), got: show(right) }, Number.POSITIVE_INFINITY);
    }
  };
  visit(expected, got, { path: '', output: '', row: undefined });
  return { differences: [...worst.values()], largestError };
}

/** Whether the first is worse than the second. */
export const isWorse = (
  a: Pick<AnswerDifference, 'kind' | 'error'>,
  b: Pick<AnswerDifference, 'kind' | 'error'>,
): boolean => {
  const step = SEVERITY.indexOf(a.kind) - SEVERITY.indexOf(b.kind);
  return step === 0 ? a.error > b.error : step > 0;
};

interface Place {
  readonly path: string;
  readonly output: string;
  readonly row: number | undefined;
}

interface Pair {
  readonly expected: string;
  readonly got: string;
}

const itemOf = ({ path, output, row }: Place, index: number): Place => ({
  path: `${path}[${index}]`,
  output: `${output}[]`,
  row: row ?? index,
});

const keyOf = ({ path, output, row }: Place, key: string): Place => {
  const dot = path === '' ? '' : '.';
  return { path: `${path}${dot}${key}`, output: `${output}${dot}${key}`, row };
};

/** Tell what a number is, and in which output it stands, for every float of an answer. */
export function visitFloats(
  value: JsonValue,
  visit: (output: string, float: number) => void,
  place: Place = { path: '', output: '', row: undefined },
): void {
  const tree = plain(value);
  if (typeof tree === 'number') {
    visit(place.output, tree);
  } else if (Array.isArray(tree)) {
    for (const [index, item] of tree.entries()) visitFloats(item, visit, itemOf(place, index));
  } else if (tree instanceof Map) {
    for (const [key, item] of tree) visitFloats(item, visit, keyOf(place, key));
  }
}

function relativeError(expected: number, got: number, floor: number): number {
  if (expected === got || (Number.isNaN(expected) && Number.isNaN(got))) return 0;
  if (!Number.isFinite(expected) || !Number.isFinite(got)) return Number.POSITIVE_INFINITY;
  // Halves: the difference of two huge numbers is still a number.
  const distance = Math.abs(expected / 2 - got / 2);
  return distance / (Math.max(Math.abs(expected), Math.abs(got), floor) / 2);
}

const plain = (value: JsonValue): Exclude<JsonValue, { readonly kind: string }> =>
  isPackedNumbers(value) || isPackedRecords(value) ? value.unpack() : value;

const hasSameKeys = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean =>
  a.size === b.size && [...a.keys()].every((key) => b.has(key));

const isLabel = (value: unknown): boolean =>
  typeof value === 'bigint' || typeof value === 'string' || typeof value === 'boolean';

function show(value: ReturnType<typeof plain>): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Map)
    return `an object of ${[...value.keys()].join(', ')}`.slice(0, SHOWN_LENGTH);
  return typeof value === 'string' ? JSON.stringify(value.slice(0, SHOWN_LENGTH)) : String(value);
}
