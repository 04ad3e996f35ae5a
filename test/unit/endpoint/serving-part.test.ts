import { describe, expect, it } from 'vitest';
import { servingPartOf } from '../../../src/endpoint/serving-part.ts';
import type { ModelVersion } from '../../../src/registry/model-registry.ts';

const file = (path: string) => ({ path, sizeBytes: 1, sha256: 'a'.repeat(64) });
const WHOLE: ModelVersion = {
  name: 'wine',
  version: '3',
  source: '/registry/wine',
  digest: 'd1',
  files: [file('MLmodel'), file('model.pkl'), file('onnx/model.onnx')],
  serving: [file('MLmodel'), file('onnx/model.onnx')],
  tags: {},
};

const resolve = (runtime: 'auto' | 'node' | 'python', version: ModelVersion) =>
  servingPartOf({ resolve: async () => version }, { runtime }).resolve('models:/wine/3');

describe('servingPartOf', () => {
  it.each(['auto', 'node'] as const)('fetches no pickle with runtime %s', async (runtime) => {
    const { files, isServingPart } = await resolve(runtime, WHOLE);

    expect(files?.map(({ path }) => path)).toEqual(['MLmodel', 'onnx/model.onnx']);
    expect(isServingPart).toBe(true);
  });

  it('fetches everything for Python', async () => {
    expect(await resolve('python', WHOLE)).toEqual(WHOLE);
  });

  it('fetches everything where the manifest does not say what is needed', async () => {
    const { serving: _, ...old } = WHOLE;

    expect(await resolve('auto', old)).toEqual(old);
  });
});
