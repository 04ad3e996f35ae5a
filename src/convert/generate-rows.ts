import type { Schema } from '../model/signature.ts';
import type { Cell } from './cell.ts';
import { inputKinds } from './input-kind.ts';
import { edgeCells, type InputKnowledge, NOTHING_KNOWN, ordinaryCells } from './input-values.ts';
import { isBatched, type ProofRow } from './proof-row.ts';
import type { Random } from './random.ts';

export interface RowsToGenerate {
  readonly schema: Schema;
  /** For each input, in the schema's order. */
  readonly knowledge: readonly InputKnowledge[];
  readonly random: Random;
  /** @default 1,000 */
  readonly count?: number;
}

export interface GeneratedRows {
  /** As clients would send them. */
  readonly ordinary: readonly ProofRow[];
  /** The same with holes: null and NaN. */
  readonly gaps: readonly ProofRow[];
  /** One value each at which things go wrong; and rows of nothing else. */
  readonly edges: readonly ProofRow[];
}

const ROWS = 1000;
const GAPS = 64;
/** Numbers in all rows of large tensors together: memory, and patience. */
const MAX_CELLS = 4_000_000;
const FEWEST_ROWS = 16;
/** With more inputs than this, only so many, evenly spread, get their edges: 30 requests each. */
const MOST_EDGED_INPUTS = 40;
const HOLE_SHARE = 0.15;
/** Cells. */
const LARGE_ROW = 10_000;

/**
 * Make up rows for a signature.
 *
 * @throws {ServingError} NOT_IMPLEMENTED for inputs that no ONNX model takes
 */
export function generateRows({
  schema,
  knowledge,
  random,
  count = ROWS,
}: RowsToGenerate): GeneratedRows {
  const kinds = inputKinds(schema);
  const makers = kinds.map((kind, index) => {
    const known = knowledge[index] ?? NOTHING_KNOWN;
    return inShape(rowShape(schema, index, known), ordinaryCells(kind, known, random));
  });
  const row = (): Cell[] => makers.map((make) => make());
  const cells = makers.reduce((sum, make) => sum + make.size, 0);
  const rows = Math.max(FEWEST_ROWS, Math.min(count, Math.floor(MAX_CELLS / cells)));
  const ordinary = Array.from({ length: rows }, row);
  const edgesOf = kinds.map(edgeCells);
  return {
    ordinary,
    gaps: Array.from({ length: Math.min(GAPS, rows, Math.ceil(MAX_CELLS / 4 / cells)) }, () =>
      withHoles(row(), random),
    ),
    edges: [...singleEdges(edgesOf, makers, rowOfOne(row, cells)), ...edgeRows(edgesOf, makers)],
  };
}

/** Large rows take long to make: their edges are all set into the same one. */
function rowOfOne(row: () => Cell[], cells: number): () => Cell[] {
  if (cells <= LARGE_ROW) return row;
  const only = row();
  return () => only;
}

interface CellMaker {
  (): Cell;
  /** Puts one cell into every place of the shape. */
  readonly fill: (cell: Cell) => Cell;
  /** Puts one cell into the first place of another value. */
  readonly set: (value: Cell, cell: Cell) => Cell;
  readonly size: number;
}

/** The shape that one row has of an input; sizes that may vary are those of the example, else 2. */
function rowShape(schema: Schema, index: number, { seen }: InputKnowledge): number[] {
  if (schema.kind === 'columns') return [];
  const shape = schema.inputs[index]?.shape ?? [];
  const example = shapeOf(seen[0]);
  const own = isBatched(schema) ? shape.slice(1) : shape;
  return own.map((size, axis) => (size >= 0 ? size : (example[axis] ?? 2)));
}

const shapeOf = (cell: Cell | undefined): number[] =>
  Array.isArray(cell) ? [cell.length, ...shapeOf(cell[0])] : [];

function inShape(shape: readonly number[], make: () => Cell): CellMaker {
  const build = (sizes: readonly number[], leaf: () => Cell): Cell => {
    const [size, ...rest] = sizes;
    if (size === undefined) return leaf();
    const cells: Cell[] = [];
    for (let i = 0; i < size; i++) cells.push(rest.length === 0 ? leaf() : build(rest, leaf));
    return cells;
  };
  const set = (value: Cell, cell: Cell): Cell =>
    Array.isArray(value) ? [set(value[0], cell), ...value.slice(1)] : cell;
  return Object.assign(() => build(shape, make), {
    fill: (cell: Cell) => build(shape, () => cell),
    set,
    size: shape.reduce((product, size) => product * size, 1),
  });
}

function withHoles(row: readonly Cell[], random: Random): Cell[] {
  const punch = (cell: Cell): Cell => {
    if (Array.isArray(cell)) return cell.map(punch);
    if (random.next() >= HOLE_SHARE) return cell;
    return typeof cell === 'number' && random.next() < 0.5 ? Number.NaN : null;
  };
  return row.map(punch);
}

function singleEdges(
  edgesOf: readonly (readonly Cell[])[],
  makers: readonly CellMaker[],
  row: () => Cell[],
): ProofRow[] {
  const step = Math.max(1, edgesOf.length / MOST_EDGED_INPUTS);
  const chosen = Array.from({ length: Math.ceil(edgesOf.length / step) }, (_, i) =>
    Math.floor(i * step),
  );
  return chosen.flatMap((index) =>
    (edgesOf[index] ?? []).map((edge) => {
      const cells = row();
      const whole = cells[index] as Cell;
      return cells.with(index, makers[index]?.set(whole, edge) ?? edge);
    }),
  );
}

/** Every input at its n-th edge at once. */
function edgeRows(edgesOf: readonly (readonly Cell[])[], makers: readonly CellMaker[]): ProofRow[] {
  const most = Math.max(...edgesOf.map((edges) => edges.length));
  return Array.from({ length: most }, (_, n) =>
    edgesOf.map((edges, index) => makers[index]?.fill(edges[n % edges.length] as Cell) ?? null),
  );
}
