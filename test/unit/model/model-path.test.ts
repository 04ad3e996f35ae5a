import { describe, expect, it } from 'vitest';
import { checkModelPath } from '../../../src/model/model-path.ts';

describe('checkModelPath', () => {
  it.each(['model.onnx', 'data/model.onnx', './x', 'a..b'])('accepts %s', (path) => {
    expect(checkModelPath(path, 'data')).toBe(path);
  });

  it.each([
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a\\..\\x',
    '\\\\host\\x',
    'C:\\x',
    'a\0b',
  ])('refuses %j, which leaves the directory', (path) => {
    expect(() => checkModelPath(path, 'flavors.onnx.data')).toThrow(
      'flavors.onnx.data in MLmodel must stay inside the model directory',
    );
  });

  it.each([
    [undefined, 'got nothing'],
    ['', 'got an empty text'],
    [7, 'got a number'],
    [['x'], 'got a list'],
  ])('refuses %j: %s', (path, message) => {
    expect(() => checkModelPath(path, 'data')).toThrow(message);
  });
});
