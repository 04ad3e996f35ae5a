import { describe, expect, it } from 'vitest';
import { cleanLog } from '../../../src/convert/clean-log.ts';
import { convertibleFlavor } from '../../../src/convert/convertible-flavor.ts';
import { schemaOfExample } from '../../../src/convert/schema-of-example.ts';
import type { MlModel } from '../../../src/model/mlmodel.ts';
import { parseJson } from '../../../src/scoring/json/parse-json.ts';

const model = (flavors: MlModel['flavors']): MlModel => ({ flavors }) as MlModel;
const KNOWN = ['sklearn', 'xgboost'];

describe('convertibleFlavor', () => {
  it('is the one that MLflow would load', () => {
    const flavors = { python_function: { loader_module: 'mlflow.sklearn' }, sklearn: {} };

    expect(convertibleFlavor(model(flavors), KNOWN)).toBe('sklearn');
  });

  it.each([
    { name: 'ONNX', flavors: { onnx: {} }, message: /ONNX already, there is nothing to convert/ },
    { name: 'converted', flavors: { onnx: { conversion: 'x' } }, message: /converted already/ },
    {
      name: 'ONNX of CatBoost',
      flavors: { catboost: { save_format: 'onnx' } },
      message: /ONNX already/,
    },
    {
      name: 'a custom pyfunc',
      flavors: { python_function: { loader_module: 'mlflow.pyfunc.model' } },
      message: /flavor is python_function, for which there is no converter.*runtime: python/,
    },
    {
      name: 'a flavor without converter',
      flavors: { python_function: { loader_module: 'mlflow.prophet' }, prophet: {} },
      message: /flavor is prophet.*runtime: python/,
    },
  ])('refuses $name', ({ flavors, message }) => {
    expect(() => convertibleFlavor(model(flavors), KNOWN)).toThrow(message);
  });
});

describe('schemaOfExample', () => {
  const of = (text: string) => schemaOfExample(parseJson(Buffer.from(text), { maxDepth: 20 }));

  it('reads columns and their types from a frame', () => {
    const body =
      '{"dataframe_split": {"columns": ["a", "b", "c"], "data": [[1, 2.5, "x"], [2, 1, "y"]]}}';

    expect(of(body)).toEqual({
      kind: 'columns',
      inputs: [
        { name: 'a', type: 'long', required: true },
        { name: 'b', type: 'double', required: true },
        { name: 'c', type: 'string', required: true },
      ],
    });
  });

  it('reads the shape of a tensor', () => {
    expect(of('{"inputs": [[[1.0, 2.0]], [[3.0, 4.0]]]}')).toEqual({
      kind: 'tensors',
      inputs: [{ name: undefined, dtype: 'float64', shape: [-1, 1, 2] }],
    });
  });

  it('knows nothing of other bodies', () => {
    expect(of('{"messages": []}')).toBeUndefined();
  });
});

describe('cleanLog', () => {
  it('names folders instead of showing them, and takes credentials out', () => {
    const lines = ['/tmp/w/double/model.onnx', '/home/me/x.py https://u:pw@host/simple'];

    expect(
      cleanLog(lines, [
        ['/tmp/w', '<work>'],
        ['/tmp/w/double', '<output>'],
      ]),
    ).toBe('<output>/model.onnx\n~/x.py https://***@host/simple\n');
  });
});
