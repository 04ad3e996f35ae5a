import { describe, expect, it } from 'vitest';
import { parsePointerOptions, parseRegisteredModel } from '../../../src/cli/registered-model.ts';
import { sizeText } from '../../../src/cli/size-text.ts';
import { shellWord } from '../../../src/shell-word.ts';

describe('parseRegisteredModel', () => {
  it.each([
    ['models:/wine', { name: 'wine' }],
    ['models:/wine/3', { name: 'wine', version: '3' }],
    ['models:/wine/latest', { name: 'wine', isLatest: true }],
    ['models:/wine/Production', { name: 'wine', stage: 'Production' }],
    ['models:/vin n° 3@champion', { name: 'vin n° 3', alias: 'champion' }],
  ])('reads %s', (text, expected) => {
    expect(parseRegisteredModel(text)).toMatchObject(expected);
  });

  it.each([
    ['wine', 'did you mean models:/wine?'],
    ['wine/3', 'did you mean models:/wine/3?'],
    ['models/wine@champion', 'did you mean models:/wine@champion?'],
    ['/wine/3', 'did you mean models:/wine/3?'],
    ['runs:/abc/model', 'names no registered model'],
    ['s3://bucket/model', 'names no registered model'],
    ['model:/wine/3', 'did you mean "models:/wine/3"?'],
  ])('answers %s with what was meant', (text, message) => {
    expect(() => parseRegisteredModel(text)).toThrow(message);
  });
});

describe('parsePointerOptions', () => {
  it('takes one alias or one stage', () => {
    expect(parsePointerOptions({ alias: '@champion' })).toEqual({
      kind: 'alias',
      pointer: 'champion',
    });
    expect(parsePointerOptions({ stage: 'Staging' })).toEqual({
      kind: 'stage',
      pointer: 'Staging',
    });
    expect(() => parsePointerOptions({})).toThrow('--alias champion or --stage Production');
    expect(() => parsePointerOptions({ alias: 'a', stage: 'Staging' })).toThrow('name one alias');
  });
});

describe('texts of commands', () => {
  it.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1024, '1.0 KiB'],
    [20 * 2 ** 20, '20.0 MiB'],
    [5 * 2 ** 40, '5120.0 GiB'],
  ])('%d is %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it.each([
    ['models:/wine/3', 'models:/wine/3'],
    ['vin n° 3', "'vin n° 3'"],
    ["a'b", "'a'\\''b'"],
    ['$(x)', "'$(x)'"],
    ['', "''"],
  ])('%s is the shell word %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});
