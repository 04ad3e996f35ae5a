import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../../src/invocation/invocation.ts';
import { DEFAULT_LIMITS } from '../../../src/invocation/limits.ts';
import { scoreInvocation } from '../../../src/invocation/score-invocation.ts';
import type { Signature } from '../../../src/model/signature.ts';
import { createFakeCache } from '../../helpers/fake-cache.ts';

const DATES: Signature = {
  inputs: { kind: 'columns', inputs: [{ type: 'datetime', name: 'x', required: true }] },
  params: [{ name: 'since', type: 'datetime', default: null, shape: null }],
  isFromTypeHint: false,
};

/** The params that a model with `DATES` gets, as an answer. */
async function score(request: Pick<Invocation, 'contentType' | 'body'>): Promise<string> {
  const cache = createFakeCache({ predict: (_, params) => [...(params ?? [])].map(([, v]) => v) });
  const { model } = await cache.acquire('models:/dates@champion');
  const dated = { ...model, mlmodel: { ...model.mlmodel, signature: DATES } };
  const options = { model: dated, limits: DEFAULT_LIMITS, hasTypedCsv: false };
  return (await scoreInvocation({ ...request, ...options })).text;
}

describe('scoreInvocation', () => {
  it('knows what the param now means', async () => {
    const body =
      '{"dataframe_split": {"columns": ["x"], "data": [["2020-01-01"]]}, "params": {"since": "now"}}';

    expect(await score({ contentType: 'application/json', body })).toMatch(/"\d{4}-\d\d-\d\dT/);
  });

  it('knows what the cell now means', async () => {
    const body = 'x\nnow\n';

    expect(await score({ contentType: 'text/csv', body })).toBe('{"predictions": [null]}');
  });
});
