import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTrust } from '../../../src/trust/check-trust.ts';
import { createTrustList } from '../../../src/trust/trust-list.ts';
import { mlmodelOf } from '../../helpers/model-directory.ts';

const SKLEARN = mlmodelOf({
  python_function: { loader_module: 'mlflow.sklearn' },
  sklearn: { pickled_model: 'model.pkl' },
});
const VERSION = { name: 'wine', version: '3', source: 's3://files/1/model', tags: {} };
const REGISTRY = 'https://me:secret@mlflow.example.com';

const question = (change: Partial<Parameters<typeof checkTrust>[0]> = {}) => ({
  directory: '/nowhere',
  version: VERSION,
  mlmodel: SKLEARN,
  registry: REGISTRY,
  trust: createTrustList([]),
  arePicklesAllowed: true,
  ...change,
});

describe('checkTrust', () => {
  it('says what would run, where it comes from and what to write', () => {
    expect(() => checkTrust(question())).toThrow(
      expect.objectContaining({
        code: 'PERMISSION_DENIED',
        message:
          'model "wine" is Python code (sklearn, in a pickle) from https://mlflow.example.com, and code from there is not trusted to run; ' +
          'if you trust whoever can write there, add --trust https://mlflow.example.com ' +
          '(or MLFLOW_SERVERLESS_PYTHON_TRUST, or python: { trust: [https://mlflow.example.com] } in endpoint.yaml)',
      }),
    );
  });

  it.each([
    { name: 'the registry', entries: ['https://mlflow.example.com'] },
    { name: 'the place of the files', entries: ['s3://files/1'] },
  ])('lets run what comes from $name that is trusted', ({ entries }) => {
    expect(() => checkTrust(question({ trust: createTrustList(entries) }))).not.toThrow();
  });

  it('asks for the place of the files where there is no registry', () => {
    const plain = { ...VERSION, version: '' };

    expect(() => checkTrust(question({ version: plain, registry: undefined }))).toThrow(
      /--trust s3:\/\/files\/1\/model /,
    );
  });

  it.each([
    { name: 'sklearn', flavors: SKLEARN.flavors },
    {
      name: 'skops, whose list of types comes from the model',
      flavors: {
        python_function: { loader_module: 'mlflow.sklearn' },
        sklearn: { pickled_model: 'model.skops', serialization_format: 'skops' },
      },
    },
    {
      name: 'a pickled Python object',
      flavors: {
        python_function: { loader_module: 'mlflow.pyfunc.model', python_model: 'python_model.pkl' },
      },
    },
    {
      name: 'LightGBM’s scikit-learn API',
      flavors: {
        python_function: { loader_module: 'mlflow.lightgbm' },
        lightgbm: { data: 'model.pkl' },
      },
    },
    {
      name: 'PyTorch',
      flavors: { python_function: { loader_module: 'mlflow.pytorch' }, pytorch: {} },
    },
  ])('refuses $name when pickles are forbidden, however trusted', ({ flavors }) => {
    const trust = createTrustList(['s3://files']);

    expect(() =>
      checkTrust(question({ mlmodel: mlmodelOf(flavors), trust, arePicklesAllowed: false })),
    ).toThrow(/MLFLOW_ALLOW_PICKLE_DESERIALIZATION=false forbids pickles/);
  });

  it.each([
    {
      name: 'models-from-code',
      flavors: {
        python_function: { loader_module: 'mlflow.pyfunc.model', model_code_path: 'model.py' },
      },
    },
    {
      name: 'LightGBM’s own text',
      flavors: {
        python_function: { loader_module: 'mlflow.lightgbm' },
        lightgbm: { data: 'model.lgb' },
      },
    },
  ])('lets $name run when pickles are forbidden', ({ flavors }) => {
    const trust = createTrustList(['s3://files']);

    expect(() =>
      checkTrust(question({ mlmodel: mlmodelOf(flavors), trust, arePicklesAllowed: false })),
    ).not.toThrow();
  });

  it('lets an exported PyTorch program run when pickles are forbidden', () => {
    const directory = mkdtempSync(join(tmpdir(), 'trust-'));
    mkdirSync(join(directory, 'data'));
    writeFileSync(join(directory, 'data', 'model.pt2'), '');
    const mlmodel = mlmodelOf({
      python_function: { loader_module: 'mlflow.pytorch' },
      pytorch: { model_data: 'data' },
    });
    const trust = createTrustList(['s3://files']);

    expect(() =>
      checkTrust(question({ directory, mlmodel, trust, arePicklesAllowed: false })),
    ).not.toThrow();
  });
});
