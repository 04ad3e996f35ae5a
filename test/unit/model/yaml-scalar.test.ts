import { describe, expect, it } from 'vitest';
import { resolveYamlScalar } from '../../../src/model/yaml-scalar.ts';

describe('resolveYamlScalar', () => {
  it.each([
    ['', null],
    ['~', null],
    ['yes', true],
    ['Off', false],
    ['12', 12],
    ['-1_000', -1000],
    ['017', 15],
    ['0x1F', 31],
    ['-0b101', -5],
    ['1.5', 1.5],
    ['1.0e+3', 1000],
    ['.5', 0.5],
    ['-.inf', Number.NEGATIVE_INFINITY],
    ['.NaN', Number.NaN],
  ])('reads %j as PyYAML does: %j', (text, value) => {
    expect(resolveYamlScalar(text)).toEqual(value);
  });

  it.each([
    '77e45',
    '1e3',
    '12:30',
    '2024-01-01',
    '3.11.2',
    'yES',
    '0o17',
    '09',
    '1.5.',
    '.',
  ])('leaves %j text', (text) => {
    expect(resolveYamlScalar(text)).toBe(text);
  });
});
