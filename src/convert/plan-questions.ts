import type { Schema } from '../model/signature.ts';
import type { GeneratedRows } from './generate-rows.ts';
import { type ProofQuestion, rowsQuestion } from './proof-question.ts';
import { isBatched, type ProofRow } from './proof-row.ts';
import { formsOf } from './request-forms.ts';

/** Rows of one large request; cells, because a row may be an image. */
const MOST_ROWS = 1000;
const MOST_CELLS = 1_000_000;
/** Rows asked again in every other form. */
const ROWS_PER_FORM = 100;
const SINGLES = 10;

/** Many rows, as few requests as they fit into. */
export function manyRows(
  schema: Schema,
  source: string,
  rows: readonly ProofRow[],
): ProofQuestion[] {
  const [form] = formsOf(schema);
  const size = isBatched(schema) ? batchSize(rows) : 1;
  return slices(rows, size).map((part) => rowsQuestion(schema, source, form, part));
}

/** Ordinary rows in all forms: a thousand at once, a hundred, two and one. */
export function ordinaryQuestions(schema: Schema, rows: readonly ProofRow[]): ProofQuestion[] {
  const source = 'ordinary rows';
  const [form, ...others] = formsOf(schema);
  const singles = rows.slice(0, SINGLES).map((row) => rowsQuestion(schema, source, form, [row]));
  if (!isBatched(schema)) return manyRows(schema, source, rows);
  return [
    ...manyRows(schema, source, rows),
    ...others.map((other) =>
      rowsQuestion(schema, source, other, rows.slice(0, Math.min(ROWS_PER_FORM, batchSize(rows)))),
    ),
    ...others.map((other) => rowsQuestion(schema, source, other, rows.slice(0, 1))),
    rowsQuestion(schema, source, form, rows.slice(0, 2)),
    ...singles,
  ];
}

/** One row each: what is refused must be told apart from what is answered. */
export function edgeQuestions(schema: Schema, { edges }: GeneratedRows): ProofQuestion[] {
  const forms = formsOf(schema);
  return edges.map((row, index) => {
    // CSV says less than JSON: every fourth will do.
    const form = index % 4 === 3 ? forms[(index >> 2) % forms.length] : forms[0];
    return rowsQuestion(schema, 'edge values', form ?? forms[0], [row]);
  });
}

/** Requests that are not what the signature says: no rows, a column left out. */
export function shapeQuestions(schema: Schema, [row]: readonly ProofRow[]): ProofQuestion[] {
  if (!isBatched(schema) || row === undefined) return [];
  const [form] = formsOf(schema);
  const ask = (rows: readonly ProofRow[]): ProofQuestion =>
    rowsQuestion(schema, 'other shapes', form, rows);
  const isWide = schema.kind === 'columns' && row.length > 1;
  return [
    ask([]),
    ...(isWide ? [ask([row.with(0, undefined)]), ask([row.with(-1, undefined)])] : []),
  ];
}

function batchSize(rows: readonly ProofRow[]): number {
  const cells = (rows[0] ?? []).reduce<number>((sum, cell) => sum + countCells(cell), 0);
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / Math.max(1, cells))));
}

const countCells = (cell: unknown): number =>
  Array.isArray(cell) ? cell.length * countCells(cell[0]) : 1;

const slices = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
