import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConvertedPredictor } from '../../../src/predictor/onnx/converted-predictor.ts';
import { openSession } from '../../../src/predictor/onnx/open-session.ts';
import { sessionOptions } from '../../../src/predictor/onnx/session-options.ts';
import { listFiles } from '../../../src/serving/disk-entry.ts';
import { readMlModelText, readServingExample } from '../../../src/serving/model-files.ts';
import { mlmodelOf } from '../../helpers/model-directory.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'odd-model-'));
  mkdirSync(join(folder, 'onnx'));
  for (const name of ['MLmodel', 'example.json', 'onnx/conversion.json', 'onnx/model.onnx']) {
    execFileSync('mkfifo', [join(folder, name)]);
  }
});
beforeAll(() => {
  symlinkSync('loop', join(folder, 'onnx/loop'));
  symlinkSync('nowhere', join(folder, 'onnx/dangling'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a named pipe where a file of the model should be', () => {
  it('is no MLmodel, and nobody waits for its writer', async () => {
    await expect(readMlModelText(folder)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  it('is no example', async () => {
    const inputExample = { path: 'example.json', servingPath: 'example.json', type: 'dataframe' };
    const mlmodel = { ...mlmodelOf({ onnx: {} }), inputExample };

    expect(await readServingExample(folder, mlmodel, 1000)).toBeUndefined();
  });

  it.each(['onnx/conversion.json', 'onnx'])('is no conversion: %s', async (conversion) => {
    const mlmodel = mlmodelOf({ onnx: { conversion } });

    await expect(openConvertedPredictor(folder, mlmodel)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('is no file'),
    });
  });

  it.each(['onnx/model.onnx', 'onnx'])('is no ONNX model: %s', (file) => {
    expect(() => openSession(join(folder, file), sessionOptions({}, {}))).toThrow(
      'ONNX model is no file',
    );
  });
});

describe('a link that leads nowhere', () => {
  it.each(['loop', 'dangling'])('is no ONNX model: %s', (name) => {
    expect(() => openSession(join(folder, 'onnx', name), sessionOptions({}, {}))).toThrow(
      'ONNX model is missing',
    );
  });

  it('has no size, and the other files are listed', () => {
    const sizes = listFiles(folder).filter(({ path }) => /loop|dangling/.test(path));

    expect(sizes.map(({ sizeBytes }) => sizeBytes)).toEqual([0, 0]);
  });
});
