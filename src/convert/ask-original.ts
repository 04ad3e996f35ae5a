import type { JsonValue } from '../model/json-value.ts';
import { parseJson } from '../scoring/json/parse-json.ts';
import type { ProofQuestion } from './proof-question.ts';
import type { ProofRequest } from './request-forms.ts';

/** How a model answers a request. Rejects only when it cannot be asked at all: then nothing can be proved. */
export type AskModel = (request: ProofRequest) => Promise<ModelAnswer>;

export type ModelAnswer =
  | { readonly status: 200; readonly value: JsonValue }
  | { readonly status: number; readonly code: string; readonly value?: never };

/** An open model, for as long as it is asked; answers are JSON texts. */
export interface AskableModel {
  ask(request: ProofRequest): Promise<TextAnswer>;
  release(): Promise<void>;
}

export type TextAnswer =
  | { readonly status: 200; readonly text: string }
  | { readonly status: number; readonly code: string; readonly text?: never };

const MAX_DEPTH = 500;

/** Read what an open model answers. */
export const asker =
  (model: AskableModel): AskModel =>
  async (request) => {
    const answer = await model.ask(request);
    if (answer.text === undefined) return { status: answer.status, code: answer.code };
    const value = parseJson(Buffer.from(answer.text), { maxDepth: MAX_DEPTH });
    return { status: 200, value };
  };

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
