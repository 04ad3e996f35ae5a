import { openPythonPredictor } from '../src/predictor/python/python-predictor.ts';
import { median } from './statistics.ts';

export interface PipeOptions {
  /** Interpreter that has MLflow. */
  readonly python: string;
  /** A model directory. */
  readonly model: string;
  readonly body: string;
  readonly rounds: number;
}

/**
 * What a request costs between Node and the model's process; median, ms.
 *
 * A request without a content type is refused by the worker before any of MLflow's code runs: it makes the
 * whole way of the others, body included, and nothing else.
 */
export async function measurePipe(options: PipeOptions): Promise<number> {
  const { python, model, body, rounds } = options;
  const predictor = await openPythonPredictor({ python, directory: model, onEvent: () => {} });
  const samples: number[] = [];
  try {
    for (let round = 0; round < rounds + 200; round++) {
      const startedAtMs = performance.now();
      const refused = await isRefused(
        predictor.score({ contentType: undefined, body, maxRows: 10 }),
      );
      if (!refused) throw new Error('a request without a content type was answered');
      if (round >= 200) samples.push(performance.now() - startedAtMs);
    }
  } finally {
    await predictor.release();
  }
  return median(samples);
}

const isRefused = (answer: Promise<unknown>): Promise<boolean> =>
  answer.then(
    () => false,
    (error: { code?: string }) => error.code === 'UNSUPPORTED_MEDIA_TYPE',
  );
