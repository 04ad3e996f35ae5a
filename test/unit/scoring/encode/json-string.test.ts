import { describe, expect, it } from 'vitest';
import { jsonString } from '../../../../src/scoring/encode/json-string.ts';

describe('jsonString', () => {
  it.each([
    ['plain text/', '"plain text/"'],
    ['"\\\b\f\n\r\t', '"\\"\\\\\\b\\f\\n\\r\\t"'],
    ['\0\x1f\x7f', '"\\u0000\\u001f\\u007f"'],
    ['é\u2028', '"\\u00e9\\u2028"'],
    ['😀', '"\\ud83d\\ude00"'],
    ['\ud800', '"\\ud800"'],
  ])('writes %j in ASCII', (text, json) => {
    expect(jsonString(text)).toBe(json);
  });
});
