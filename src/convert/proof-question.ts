import type { Schema } from '../model/signature.ts';
import type { ProofRow } from './proof-row.ts';
import { encodeRequest, type ProofRequest, type RequestForm } from './request-forms.ts';

/** Something to ask both models. */
export interface ProofQuestion {
  /** Where it comes from, for the report. */
  readonly source: string;
  readonly form: RequestForm | 'as saved';
  /** What is asked about; one row that is refused takes the whole request with it. */
  readonly rows: readonly ProofRow[];
  /** Written when it is asked: all of them together would not fit into memory. */
  request(): ProofRequest;
  /** Questions about fewer rows each; undefined when it cannot be taken apart. */
  readonly parts: (() => readonly [ProofQuestion, ProofQuestion]) | undefined;
}

/** Ask for rows in one of MLflow's forms. */
export function rowsQuestion(
  schema: Schema,
  source: string,
  form: RequestForm,
  rows: readonly ProofRow[],
): ProofQuestion {
  const middle = rows.length >> 1;
  const part = (from: number, to: number): ProofQuestion =>
    rowsQuestion(schema, source, form, rows.slice(from, to));
  return {
    source,
    form,
    rows,
    request: () => encodeRequest(schema, form, rows),
    parts: rows.length < 2 ? undefined : () => [part(0, middle), part(middle, rows.length)],
  };
}

/** Ask with a body as it is. */
export const savedQuestion = (
  source: string,
  rows: readonly ProofRow[],
  request: ProofRequest,
): ProofQuestion => ({
  source,
  form: 'as saved',
  rows,
  request: () => request,
  parts: undefined,
});
