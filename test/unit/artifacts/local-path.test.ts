import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLocalPath } from '../../../src/artifacts/local-path.ts';

describe('findLocalPath', () => {
  it.each([
    ['/models/a b%20c', '/models/a b%20c'],
    ['file:///models/a%20b', '/models/a b'],
    ['file:/models/%C3%BC', '/models/ü'],
    ['file://localhost/models', '/models'],
    ['FILE:///models', '/models'],
    ['models/wine', resolve('models/wine')],
    ['./models', resolve('models')],
    ['file:models/a%20b', resolve('models/a b')],
  ])('reads %s', (uri, expected) => {
    expect(findLocalPath(uri)).toBe(expected);
  });

  it.each(['s3://b/k', 'http://h/p', 'mlflow-artifacts:/p'])('leaves %s to others', (uri) => {
    expect(findLocalPath(uri)).toBeUndefined();
  });

  it.each(['file://host/models', 'file:///a%2Fb', 'file:a%'])('refuses %s', (uri) => {
    expect(() => findLocalPath(uri)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    );
  });
});
