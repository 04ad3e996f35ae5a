import type { Cell } from './cell.ts';
import type { Random } from './random.ts';

/** A kind of number that an input takes. */
export type NumberKind =
  | { readonly isFloat: true; readonly bits: 16 | 32 | 64 }
  | { readonly isFloat: false; readonly least: bigint; readonly most: bigint };

/** Numbers to try around: they were in the example, or the model decides by them. */
export interface NumbersSeen {
  readonly example: readonly number[];
  readonly probes: readonly number[];
}

const FLOAT_EDGES = [
  ...[0, -0, 1, -1, 0.1, -0.1, 1e-3, 1e6, -1e6, 1e15, 2 ** 24 + 1, 2 ** 53],
  ...[1e30, -1e30, 1e38, -1e38, 3.4028234663852886e38, 3.5e38, 1e39, -1e39, 1e308, -1e308],
  ...[Number.MAX_VALUE, 1e-30, 1e-38, 1e-45, 1e-308, Number.MIN_VALUE, -Number.MIN_VALUE],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

/** Values at which computers, converters and models go wrong; null among them. */
export function numberEdges(kind: NumberKind): Cell[] {
  if (kind.isFloat) return [...FLOAT_EDGES, null, 0n, 7n, -3n];
  const { least, most } = kind;
  const edges = [
    0n,
    1n,
    -1n,
    2n ** 24n + 1n,
    2n ** 31n - 1n,
    2n ** 53n + 1n,
    least,
    least + 1n,
    most,
  ];
  const inside = edges.filter((edge) => edge >= least && edge <= most);
  return [...inside, most + 1n, least - 1n, null, 1.5, 2];
}

/** A number as clients send it: around what was seen when something was, else of ordinary sizes. */
export function ordinaryNumber(kind: NumberKind, seen: NumbersSeen, random: Random): Cell {
  const value = ordinary(seen, random, !kind.isFloat);
  if (kind.isFloat) return kind.bits === 64 ? value : Math.fround(value);
  const rounded = Number.isFinite(value) ? BigInt(Math.round(value)) : 0n;
  return rounded < kind.least ? kind.least : rounded > kind.most ? kind.most : rounded;
}

function ordinary({ example, probes }: NumbersSeen, random: Random, isWhole: boolean): number {
  const luck = random.next();
  if (probes.length > 0 && luck < 0.4) return besides(random.pick(probes), random);
  if (example.length > 0) {
    const base = random.pick(example);
    if (luck < 0.5) return base;
    const spread = Math.max(Math.abs(base), spreadOf(example), isWhole ? 2 : 1e-3);
    return base + spread * (random.next() * 2 - 1) * random.pick([0.1, 0.5, 1, 2]);
  }
  return normal(random) * random.pick([0.1, 1, 1, 1, 10, 100]);
}

/** The value itself, or a hair beside it: where a tree splits, that decides. */
function besides(value: number, random: Random): number {
  const step = random.pick([0, 0, 1, -1]);
  const unit = random.pick([2 ** -52, 2 ** -23]);
  return value + step * Math.max(Math.abs(value), Number.MIN_VALUE) * unit;
}

const spreadOf = (values: readonly number[]): number => {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? 0 : (Math.max(...finite) - Math.min(...finite)) / 2;
};

/** Box and Muller's normal numbers. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
