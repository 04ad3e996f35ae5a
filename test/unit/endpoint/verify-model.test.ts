import { expect, it } from 'vitest';
import { verifyModel } from '../../../src/endpoint/verify-model.ts';
import type { RawRequest } from '../../../src/predictor/predictor.ts';
import { mlmodelOf, modelDirectory } from '../../helpers/model-directory.ts';

it('gives a model that may hang the time of a request for its example', async () => {
  const asked: RawRequest[] = [];
  const directory = modelDirectory(Buffer.from('{"inputs": [1]}'), 'serving.json');
  const mlmodel = {
    ...mlmodelOf({ python_function: {} }),
    inputExample: { path: 'input.json', servingPath: 'serving.json', type: 'ndarray' },
  };
  const version = { name: 'slow', version: '1', source: directory, tags: {} };
  const open = async () => ({
    kind: 'raw' as const,
    score: async (request: RawRequest) => {
      asked.push(request);
      return { text: '{}', rows: 1 };
    },
    release: async () => {},
  });
  const before = Date.now();

  const { example } = await verifyModel({ directory, mlmodel, version }, open, 5000);

  expect(example).toBe('passed');
  expect(asked[0]?.deadlineAtMs).toBeGreaterThanOrEqual(before + 5000);
  expect(asked[0]?.deadlineAtMs).toBeLessThanOrEqual(Date.now() + 5000);
});
