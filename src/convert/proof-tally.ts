import type { Schema } from '../model/signature.ts';
import type { ModelAnswer } from './ask-original.ts';
import { type AnswerComparison, type DifferenceKind, isWorse } from './compare-answers.ts';
import type { ProofSource, ProofVerdict, WorstRow } from './proof.ts';
import type { ProofQuestion } from './proof-question.ts';
import { showRow } from './proof-row.ts';

const MOST_WORST = 20;

type Counts = Record<DifferenceKind, number>;

/** Counts what the comparisons found. */
export class ProofTally {
  readonly #schema: Schema;
  readonly #sources = new Map<string, SourceCounts>();
  readonly #statuses = new Map<number, number>();
  #worst: WorstRow[] = [];
  #largestError = 0;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  add(question: ProofQuestion, answer: ModelAnswer, comparison: AnswerComparison): void {
    const source = this.#source(question.source);
    source.requests += 1;
    source.rows += question.rows.length;
    if (answer.status !== 200) source.refused += Math.max(1, question.rows.length);
    source.largestError = Math.max(source.largestError, comparison.largestError);
    this.#largestError = Math.max(this.#largestError, comparison.largestError);
    this.#statuses.set(answer.status, (this.#statuses.get(answer.status) ?? 0) + 1);
    for (const { row, error, ...difference } of comparison.differences) {
      source.differences[difference.kind] += 1;
      const input = question.rows[row ?? (question.rows.length === 1 ? 0 : -1)];
      this.#keepWorst({
        ...{ source: question.source, form: question.form, ...difference },
        ...(input && { input: showRow(this.#schema, input) }),
        relative_error: Number.isFinite(error) ? error : null,
      });
    }
  }

  get largestError(): number {
    return this.#largestError;
  }

  get worst(): readonly WorstRow[] {
    return this.#worst;
  }

  get statuses(): Record<string, number> {
    return Object.fromEntries(this.#statuses);
  }

  get sources(): ProofSource[] {
    return [...this.#sources].map(([source, { largestError, ...counts }]) => ({
      ...{ source, ...counts },
      largest_error: largestError,
    }));
  }

  get verdict(): ProofVerdict {
    const has = (kind: DifferenceKind): boolean =>
      this.sources.some(({ differences }) => differences[kind] > 0);
    if (has('structure') || has('status')) return 'different';
    return has('number') || has('label') ? 'drift' : 'equal';
  }

  #source(name: string): SourceCounts {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const differences = { number: 0, label: 0, structure: 0, status: 0 };
    const counts = { requests: 0, rows: 0, refused: 0, differences, largestError: 0 };
    this.#sources.set(name, counts);
    return counts;
  }

  #keepWorst(row: WorstRow): void {
    const last = this.#worst.at(-1);
    if (this.#worst.length >= MOST_WORST && last && !isWorse(ranked(row), ranked(last))) return;
    this.#worst = [...this.#worst, row]
      .sort((a, b) => (isWorse(ranked(a), ranked(b)) ? -1 : isWorse(ranked(b), ranked(a)) ? 1 : 0))
      .slice(0, MOST_WORST);
  }
}

interface SourceCounts {
  requests: number;
  rows: number;
  refused: number;
  largestError: number;
  readonly differences: Counts;
}

const ranked = ({ kind, relative_error: error }: WorstRow) => ({
  kind,
  error: error ?? Number.POSITIVE_INFINITY,
});
