import { ServingError } from '../errors.ts';
import type { JsonValue } from '../model/json-value.ts';
import type { Schema } from '../model/signature.ts';
import {
  type AnsweredQuestion,
  type AskModel,
  askOriginal,
  type ModelAnswer,
} from './ask-original.ts';
import { type AnswerComparison, type AnswerTolerance, compareAnswers } from './compare-answers.ts';
import { generateRows } from './generate-rows.ts';
import type { InputKnowledge } from './input-values.ts';
import { outputScales } from './output-scales.ts';
import { edgeQuestions, manyRows, ordinaryQuestions, shapeQuestions } from './plan-questions.ts';
import type { Proof, ProofTolerance } from './proof.ts';
import { savedQuestion } from './proof-question.ts';
import type { ProofRow } from './proof-row.ts';
import { ProofTally } from './proof-tally.ts';
import { createRandom } from './random.ts';
import type { ProofRequest } from './request-forms.ts';

export interface ProofOptions {
  /** The model as logged, in its own environment. */
  readonly original: AskModel;
  readonly converted: AskModel;
  readonly schema: Schema;
  /** The saved input example as a request; undefined when there is none. */
  readonly example:
    | { readonly request: ProofRequest; readonly rows: readonly ProofRow[] }
    | undefined;
  /** The user's own rows. */
  readonly checks: readonly { readonly name: string; readonly rows: readonly ProofRow[] }[];
  /** What is known of each input, in the schema's order. */
  readonly knowledge: readonly InputKnowledge[];
  /** The original computes in float32. */
  readonly isFloat32: boolean;
  /** The same seed asks the same. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (asked: number, total: number) => void;
}

/** Of a model that computes in float64: 1e-6, as exact as rounding once to float32 would allow. */
const DOUBLE = { relative: 1e-6, floor: 1e-3 };
/** Sums of float32 in another order differ in their last digits, and near 0 in all of them. */
const FLOAT32 = { relative: 1e-4, floor: 0.1 };

/**
 * Ask the original and the converted model the same, and hold the answers against each other.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the original does not agree with itself, or answers nothing that
 *   it is asked: then there is nothing to compare with; whatever the models reject with; the signal's reason
 */
export async function proveConversion(options: ProofOptions): Promise<Proof> {
  const { original, schema, signal, onProgress } = options;
  const { first, rest } = planQuestions(options);
  const total = 2 * first.length + rest.length;
  let asked = 0;
  const step = (): void => {
    signal?.throwIfAborted();
    asked += 1;
    onProgress?.(asked, total);
  };
  const known: AnsweredQuestion[] = [];
  for (const question of first) {
    step();
    known.push(...(await askOriginal(original, question)));
  }
  const answers = known.flatMap(({ answer }) => answer.value ?? []);
  if (answers.length === 0) throw answersNothing(known);
  const tolerance = toleranceOf(answers, options.isFloat32);
  const comparing = { ...options, tolerance: answerTolerance(tolerance) };
  await checkAgreesWithItself(known, comparing);
  const tally = new ProofTally(schema);
  for (const answered of known) await compareOne(answered, comparing, tally);
  for (const question of rest) {
    step();
    for (const answered of await askOriginal(original, question)) {
      await compareOne(answered, comparing, tally);
    }
  }
  const { verdict, sources, statuses, worst, largestError } = tally;
  return { verdict, tolerance, largest_error: largestError, sources, statuses, worst };
}

/** What is asked first shows what answers look like. */
function planQuestions({ schema, example, checks, knowledge, seed }: ProofOptions) {
  const rows = generateRows({ schema, knowledge, random: createRandom(seed) });
  const saved = example && savedQuestion('input example', example.rows, example.request);
  return {
    first: [
      ...(saved ? [saved] : []),
      ...checks.flatMap((check) => manyRows(schema, `check ${check.name}`, check.rows)),
      ...ordinaryQuestions(schema, rows.ordinary),
    ],
    rest: [
      ...manyRows(schema, 'rows with gaps', rows.gaps),
      ...edgeQuestions(schema, rows),
      ...shapeQuestions(schema, rows.ordinary),
    ],
  };
}

interface Comparing extends Omit<ProofOptions, 'tolerance'> {
  readonly tolerance: AnswerTolerance;
}

/** A model that answers by chance, or that keeps something in mind, cannot be compared with anything. */
async function checkAgreesWithItself(
  answered: readonly AnsweredQuestion[],
  { original, tolerance, signal }: Comparing,
): Promise<void> {
  for (const { question, answer } of answered) {
    signal?.throwIfAborted();
    const again = await original(question.request());
    const { differences } = compareModelAnswers(answer, again, tolerance);
    if (differences.length > 0) throw doesNotAgree(differences[0]?.path ?? '');
  }
}

async function compareOne(
  { question, answer }: AnsweredQuestion,
  comparing: Comparing,
  tally: ProofTally,
): Promise<void> {
  const { original, converted, tolerance, signal } = comparing;
  signal?.throwIfAborted();
  const got = await converted(question.request());
  if (got.status !== answer.status && question.parts !== undefined) {
    // Which of the rows is it?
    const parts = question.parts();
    for (const part of parts) {
      for (const answered of await askOriginal(original, part)) {
        await compareOne(answered, comparing, tally);
      }
    }
    return;
  }
  tally.add(question, answer, compareModelAnswers(answer, got, tolerance));
}

function compareModelAnswers(
  expected: ModelAnswer,
  got: ModelAnswer,
  tolerance: AnswerTolerance,
): AnswerComparison {
  if (expected.value !== undefined && got.value !== undefined) {
    return compareAnswers(expected.value, got.value, tolerance);
  }
  const [left, right] = [nameOf(expected), nameOf(got)];
  if (left === right) return { differences: [], largestError: 0 };
  const difference = {
    kind: 'status',
    row: undefined,
    path: '',
    expected: left,
    got: right,
  } as const;
  return { differences: [{ ...difference, error: Number.POSITIVE_INFINITY }], largestError: 0 };
}

const nameOf = (answer: ModelAnswer): string =>
  answer.value === undefined ? `${answer.status} ${answer.code}` : '200';

function toleranceOf(answers: readonly JsonValue[], isFloat32: boolean): ProofTolerance {
  const { relative, floor } = isFloat32 ? FLOAT32 : DOUBLE;
  return { relative, floor, usual_sizes: Object.fromEntries(outputScales(answers)) };
}

const answerTolerance = ({
  relative,
  floor,
  usual_sizes: sizes,
}: ProofTolerance): AnswerTolerance => ({
  relative,
  floorOf: (output) => floor * (sizes[output] ?? 0),
});

const answersNothing = (asked: readonly AnsweredQuestion[]): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the original model refuses all of the ${asked.length} requests made from its signature, so nothing can be compared: give rows that it answers with --check FILE`,
  );

const doesNotAgree = (path: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the original model answers the same request differently the second time (at ${path || 'the status'}), so no conversion can be checked against it: serve it with runtime: python, or fix its random seed and log it again`,
  );
