import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type NativeSession,
  openNativeSession,
} from '../../../src/predictor/onnx/native-runtime.ts';
import { isRowLocal } from '../../../src/predictor/onnx/row-local/is-row-local.ts';
import { ONNX_RULES } from '../../../src/predictor/onnx/row-local/row-rules.ts';
import {
  type Attribute,
  initializer,
  node,
  onnxModel,
  tensorType,
} from '../../helpers/onnx-proto.ts';
import { createRandom } from '../../interop/random.ts';

const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1 };
const COLUMNS = 5;
const ROWS = 1003;
/** Neither divides the rows, and no two leave the same number of cells over for a processor's vectors. */
const STEPS = [1, 2, 3, 7, 33, 100, 1000];
const TYPES = ['float32', 'float64'] as const;
const folder = mkdtempSync(join(tmpdir(), 'row-local-bits-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Type = (typeof TYPES)[number];

function attributesOf(operator: string): Record<string, Attribute> {
  if (/Softmax$/.test(operator)) return { axis: { int: 1 } };
  return operator === 'Mod' ? { fmod: { int: 1 } } : {};
}

/** The operator alone; `operands` of weights, one for each column or as a matrix, beside the rows. */
function graphOf(operator: string, type: Type, operands: 'none' | 'row' | 'matrix'): Buffer {
  const random = createRandom(3);
  const dims = operands === 'matrix' ? [COLUMNS, 4] : [COLUMNS];
  const weights = Array.from({ length: dims.reduce((a, b) => a * b) }, () => random.next() + 0.5);
  return onnxModel({
    nodes: [
      node(operator, operands === 'none' ? ['X'] : ['X', 'W'], ['Y'], {
        attributes: attributesOf(operator),
      }),
    ],
    initializers: operands === 'none' ? [] : [initializer('W', dims, weights, type)],
    inputs: [['X', tensorType(type, ['N', COLUMNS])]],
    outputs: [['Y', tensorType(type)]],
  });
}

function open(model: Buffer): NativeSession | undefined {
  try {
    return openNativeSession(new Uint8Array(model), OPTIONS);
  } catch {
    return undefined; // the operator has other inputs, or no kernel for the type
  }
}

function answer(session: NativeSession, type: Type, cells: Float32Array | Float64Array): Buffer {
  const data = cells.slice();
  const dims = [data.length / COLUMNS, COLUMNS];
  const { data: out } = session.run({ X: { type, dims, data, location: 'cpu' } })['Y'] as never as {
    data: Uint8Array;
  };
  return Buffer.from(out.buffer, out.byteOffset, out.byteLength);
}

const CASES = [...ONNX_RULES.keys()].flatMap((operator) =>
  TYPES.flatMap((type) =>
    (['none', 'row', 'matrix'] as const)
      .filter((operands) => operator !== 'Clip' || operands === 'none') // its bounds are single numbers
      .map((operands) => ({ operator, type, operands })),
  ),
);

describe('what is said to answer rows by themselves', () => {
  const ran: string[] = [];

  it.each(CASES)('does so to the last bit: $operator of $type, weights: $operands', (each) => {
    const { operator, type, operands } = each;
    const model = graphOf(operator, type, operands);
    const path = join(folder, `${operator}-${type}-${operands}.onnx`);
    writeFileSync(path, model);
    const session = isRowLocal(path, OPTIONS) ? open(model) : undefined;
    if (session === undefined) return;
    ran.push(`${operator} ${type}`);
    const random = createRandom(11);
    const numbers = Array.from({ length: ROWS * COLUMNS }, () => random.next() * 3 + 0.01);
    const cells = type === 'float32' ? Float32Array.from(numbers) : Float64Array.from(numbers);

    const whole = answer(session, type, cells);

    for (const step of STEPS) {
      const parts: Buffer[] = [];
      for (let at = 0; at < ROWS; at += step) {
        parts.push(answer(session, type, cells.subarray(at * COLUMNS, (at + step) * COLUMNS)));
      }
      expect({ step, isSame: Buffer.concat(parts).equals(whole) }).toEqual({ step, isSame: true });
    }
    session.release();
  });

  it('is looked at for most operators', () => {
    expect(new Set(ran).size).toBeGreaterThan(40);
  });
});
