import type { DifferenceKind } from './compare-answers.ts';
import type { ShownRow } from './proof-row.ts';
import type { RequestForm } from './request-forms.ts';

/**
 * `equal`: every answer is the original's, numbers within the tolerance. `drift`: numbers or labels differ, in answers
 * of the right structure. `different`: an answer has another structure or status.
 */
export type ProofVerdict = 'equal' | 'drift' | 'different';

/** What came of asking the original and the converted model the same. The keys are those of report.json. */
export interface Proof {
  readonly verdict: ProofVerdict;
  readonly tolerance: ProofTolerance;
  /** Relative error of the worst number of all, within the tolerance or not. */
  readonly largest_error: number;
  readonly sources: readonly ProofSource[];
  /** The original's answers, by status: `{"200": 1180, "400": 44}`. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Worst first. */
  readonly worst: readonly WorstRow[];
}

export interface ProofTolerance {
  readonly relative: number;
  /** Numbers below this share of their output's usual size are held against that share instead of their own size. */
  readonly floor: number;
  /** By output: the median size of its numbers in the original's answers. */
  readonly usual_sizes: Readonly<Record<string, number>>;
}

/** The rows of one origin. */
export interface ProofSource {
  /** `example`, `check data.csv`, `ordinary rows`, `rows with gaps`, `edge values`, `other shapes`. */
  readonly source: string;
  readonly requests: number;
  readonly rows: number;
  /** Rows that the original refuses; the converted model must, too. */
  readonly refused: number;
  /** Rows answered differently, each once, by its worst difference. */
  readonly differences: Readonly<Record<DifferenceKind, number>>;
  readonly largest_error: number;
}

export interface WorstRow {
  readonly source: string;
  readonly form: RequestForm | 'as saved';
  readonly kind: DifferenceKind;
  /** Undefined where the request as a whole was answered differently. */
  readonly input?: ShownRow;
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** Null for what has no size: labels, structures, statuses, infinities. */
  readonly relative_error: number | null;
}
