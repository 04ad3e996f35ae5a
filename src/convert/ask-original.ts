import type { JsonValue } from '../model/json-value.ts';
import type { ProofQuestion } from './proof-question.ts';
import type { ProofRequest } from './request-forms.ts';

/** How a model answers a request. Rejects only when it cannot be asked at all: then nothing can be proved. */
export type AskModel = (request: ProofRequest) => Promise<ModelAnswer>;

export type ModelAnswer =
  | { readonly status: 200; readonly value: JsonValue }
  | { readonly status: number; readonly code: string; readonly value?: never };

export interface AnsweredQuestion {
  readonly question: ProofQuestion;
  readonly answer: ModelAnswer;
}

/**
 * Ask, and take a request that is refused apart until it is known which rows are refused.
 *
 * One row at a time is what a refusal is about: a NaN among a thousand rows makes the original refuse them all.
 */
export async function askOriginal(
  ask: AskModel,
  question: ProofQuestion,
): Promise<AnsweredQuestion[]> {
  const answer = await ask(question.request());
  if (answer.status === 200 || question.parts === undefined) return [{ question, answer }];
  const [left, right] = question.parts();
  return [...(await askOriginal(ask, left)), ...(await askOriginal(ask, right))];
}
