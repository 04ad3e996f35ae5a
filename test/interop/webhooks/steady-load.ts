import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaProcess } from '../../artifact/lambda-process.ts';
import { lambdaEventOf } from '../../contract/doors/lambda-event-of.ts';

/** One request and which version answered it; times are ms since epoch. */
export interface Answered {
  readonly instance: number;
  readonly sentAtMs: number;
  readonly atMs: number;
  readonly status: number;
  /** As the header says; empty when there is none. */
  readonly version: string;
  /** As the prediction says: the models answer with their version. An error's message when there is none. */
  readonly predicted: string;
}

export interface SteadyLoad {
  /** In the order of the answers. */
  readonly answers: Answered[];
  /** @returns when the request that each instance works on is answered */
  stop(): Promise<void>;
}

const REQUEST = lambdaEventOf(
  'rest-api',
  {
    method: 'POST',
    path: '/invocations',
    headers: { 'content-type': 'application/json' },
    body: '{"inputs": [[1.0]]}',
  },
  false,
);

/** Ask one instance of the endpoint once. */
export async function ask(lambda: LambdaProcess, instance = 0): Promise<Answered> {
  const sentAtMs = Date.now();
  const { kind, body } = await lambda.invoke(REQUEST, { timeoutMs: 29_000 });
  const atMs = Date.now();
  const times = { instance, sentAtMs, atMs };
  if (kind === 'error') return { ...times, status: 0, version: '', predicted: '' };
  const result = body as { statusCode: number; headers: Record<string, string>; body: string };
  const status = result.statusCode;
  const version = result.headers['x-mlflow-model-version'] ?? '';
  if (status !== 200) {
    const { message } = JSON.parse(result.body) as { message: string };
    return { ...times, status, version, predicted: message };
  }
  const { predictions } = JSON.parse(result.body) as { predictions: { Y: number[][] } };
  return { ...times, status, version, predicted: String(predictions.Y[0]?.[0]) };
}

/** Keep every instance busy, one request after the other, as Lambda would. */
export function startSteadyLoad(instances: readonly LambdaProcess[], pauseMs: number): SteadyLoad {
  const answers: Answered[] = [];
  let isOver = false;
  const clients = instances.map(async (lambda, index) => {
    while (!isOver) {
      answers.push(await ask(lambda, index));
      await sleep(pauseMs);
    }
  });
  return {
    answers,
    stop: async () => {
      isOver = true;
      await Promise.all(clients);
    },
  };
}
