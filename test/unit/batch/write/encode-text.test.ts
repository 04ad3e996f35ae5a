import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Chunk, TextChunk } from '../../../../src/batch/chunk.ts';
import type { ScoredChunk } from '../../../../src/batch/scored-chunk.ts';
import { type EncodeTextOptions, encodeText } from '../../../../src/batch/write/encode-text.ts';
import { createTextAssembler } from '../../../../src/batch/write/text-assembler.ts';
import { type Column, column, frame } from '../../../../src/model/frame.ts';
import { ndArray } from '../../../../src/model/nd-array.ts';
import { scoredChunk, textChunk } from '../../../helpers/text-chunk.ts';

const CSV: EncodeTextOptions = {
  outputFormat: 'csv',
  isOutputGzip: false,
  keepsInputs: true,
  schema: undefined,
};
const JSONL: EncodeTextOptions = { ...CSV, outputFormat: 'jsonl' };

const floats = (...cells: number[]): Column =>
  column('predictions', 'float64', Float64Array.from(cells));

/** The file that is made of some chunks. */
function fileOf(
  parts: readonly (readonly [Chunk, ScoredChunk])[],
  options: EncodeTextOptions,
): string {
  const assembler = createTextAssembler({ isGzip: options.isOutputGzip });
  const pieces = parts.map(([chunk, scored]) => assembler.add(encodeText(chunk, scored, options)));
  const file = Buffer.concat([...(pieces as Uint8Array[]), assembler.end() as Uint8Array]);
  return (options.isOutputGzip ? gunzipSync(file) : file).toString();
}

function scoreAll(chunk: TextChunk, columns: Column[], options: EncodeTextOptions): string {
  return fileOf([[chunk, scoredChunk(chunk, columns)]], options);
}

describe('encodeText, CSV rows as they stand', () => {
  it('appends predictions before the line end, whatever it is', () => {
    const chunk = textChunk('csv', ['1, 02 ,x\r\n', '3,"a\r\n""b""",\r\n\r\n', '5,,"z"'], {
      header: 'a,b,c\r\n',
    });

    expect(scoreAll(chunk, [floats(0.1, Number.NaN, -Infinity)], CSV)).toBe(
      'a,b,c,predictions\r\n1, 02 ,x,0.1\r\n3,"a\r\n""b""",,nan\r\n5,,"z",-inf\r\n',
    );
  });

  it('drops lines of nothing but blanks, and keeps blanks that are a field', () => {
    const chunk = textChunk('csv', ['1, \n \t\n\n', '2,3\n'], { header: 'a,b\n' });

    expect(scoreAll(chunk, [floats(1, 2)], CSV)).toBe('a,b,predictions\n1, ,1.0\n2,3,2.0\n');
  });

  it.each([
    { name: 'plain', rows: ['1,2,3\n', '1\n', '1,2\n'], file: '1,2,3,1.0\n1,,,2.0\n1,2,,3.0\n' },
    {
      name: 'quoted',
      rows: ['1,"2,",3\n', '"1,,"\n', '1,"2"x,\n'],
      file: '1,"2,",3,1.0\n"1,,",,,2.0\n1,"2"x,,3.0\n',
    },
  ])('fills up short rows, $name', ({ rows, file }) => {
    const chunk = textChunk('csv', rows, { header: 'a,b,c\n' });

    expect(scoreAll(chunk, [floats(1, 2, 3)], CSV)).toBe(`a,b,c,predictions\n${file}`);
  });

  it('leaves out refused rows', () => {
    const chunk = textChunk('csv', ['1\n', 'x\n', '3\n'], { header: 'a\n', firstRow: 7 });
    const scored = scoredChunk(chunk, [floats(1, 3)], [8]);

    expect(fileOf([[chunk, scored]], CSV)).toBe('a,predictions\n1,1.0\n3,3.0\n');
  });

  it('renames predictions whose name an input has', () => {
    const header = 'predictions,predictions_predicted,a\n';
    const chunk = textChunk('csv', ['1,2,3\n'], { header });

    expect(scoreAll(chunk, [floats(1), column('b', 'bool', Uint8Array.of(1))], CSV)).toBe(
      'predictions,predictions_predicted,a,predictions_predicted_predicted,b\n1,2,3,1.0,True\n',
    );
  });

  it('appends texts that are not ASCII', () => {
    const chunk = textChunk('csv', ['é\n', 'b\n'], { header: 'a\n' });
    const texts = column('wörd', 'object', ['ü, "ö"', 'x']);

    expect(scoreAll(chunk, [texts], CSV)).toBe('a,wörd\né,"ü, ""ö"""\nb,x\n');
  });

  it('has one header, however many chunks, and a readable file when every row is refused', () => {
    const first = textChunk('csv', ['x\n'], { header: 'a\n' });
    const second = textChunk('csv', ['2\n'], { header: 'a\n', firstRow: 1 });
    const third = textChunk('csv', ['3\n'], { header: 'a\n', firstRow: 2 });
    const refused = [first, scoredChunk(first, [], [0])] as const;

    expect(
      fileOf(
        [
          refused,
          [second, scoredChunk(second, [floats(2)])],
          [third, scoredChunk(third, [floats(3)])],
        ],
        CSV,
      ),
    ).toBe('a,predictions\n2,2.0\n3,3.0\n');
    expect(fileOf([refused], CSV)).toBe('a,predictions\n');
  });

  it('refuses chunks with other columns than the first', () => {
    const chunk = textChunk('csv', ['1\n'], { header: 'a\n' });
    const other = column('other', 'float64', Float64Array.of(1));

    expect(() =>
      fileOf(
        [
          [chunk, scoredChunk(chunk, [floats(1)])],
          [chunk, scoredChunk(chunk, [other])],
        ],
        CSV,
      ),
    ).toThrow(expect.objectContaining({ code: 'INTERNAL_ERROR' }));
  });
});

describe('encodeText, CSV cells', () => {
  it.each([
    {
      name: 'float32',
      cells: column('p', 'float32', Float32Array.of(0.1)),
      text: '0.10000000149011612',
    },
    { name: 'small', cells: column('p', 'float64', Float64Array.of(1e-5)), text: '1e-05' },
    {
      name: 'int64',
      cells: column('p', 'int64', BigInt64Array.of(2n ** 62n)),
      text: '4611686018427387904',
    },
    { name: 'uint8', cells: column('p', 'uint8', Uint8Array.of(255)), text: '255' },
    { name: 'missing', cells: column('p', 'object', [null]), text: '""' },
    { name: 'empty', cells: column('p', 'object', ['']), text: '""' },
    { name: 'blanks', cells: column('p', 'object', [' ']), text: '" "' },
    {
      name: 'date',
      cells: column('p', 'datetime64[ns]', BigInt64Array.of(1_500_000_000n)),
      text: '1970-01-01T00:00:01.500000',
    },
    {
      name: 'list',
      cells: column('p', 'object', [ndArray('float64', [2], Float64Array.of(1, 2.5))]),
      text: '"[1.0, 2.5]"',
    },
    { name: 'dict', cells: column('p', 'object', [new Map([['a', 1n]])]), text: '"{""a"": 1}"' },
    { name: 'bytes', cells: column('p', 'object', [Buffer.from('abc')]), text: 'YWJj' },
  ])('writes $name', ({ cells, text }) => {
    const chunk = textChunk('csv', ['1\n'], { header: 'a\n' });

    expect(scoreAll(chunk, [cells], { ...CSV, keepsInputs: false })).toBe(`p\n${text}\n`);
  });

  it('refuses complex numbers', () => {
    const chunk = textChunk('csv', ['1\n'], { header: 'a\n' });

    expect(() => scoreAll(chunk, [column('p', 'complex64', Float32Array.of(1, 2))], CSV)).toThrow(
      expect.objectContaining({ code: 'INTERNAL_ERROR' }),
    );
  });
});

describe('encodeText, JSON Lines', () => {
  it('appends keys to the objects as they stand', () => {
    const chunk = textChunk('jsonl', ['{"a": {"b":1.0}}\r\n', ' { } \n\n', '{"a":"}"}']);

    expect(scoreAll(chunk, [floats(0.5, Number.NaN, 2)], JSONL)).toBe(
      '{"a": {"b":1.0}, "predictions": 0.5}\n { "predictions": NaN}\n{"a":"}", "predictions": 2.0}\n',
    );
  });

  it('renames a prediction in the lines that have its name, also in escapes', () => {
    const rows = [
      '{"predictions":1}\n',
      '{"x":"\\"predictions\\""}\n',
      '{"\\u0070redictions":1}\n',
    ];

    expect(scoreAll(textChunk('jsonl', rows), [floats(1, 2, 3)], JSONL)).toBe(
      '{"predictions":1, "predictions_predicted": 1.0}\n{"x":"\\"predictions\\"", "predictions": 2.0}\n{"\\u0070redictions":1, "predictions_predicted": 3.0}\n',
    );
  });

  it.each(['[{"a":1}]', '5', '"{}"'])('refuses %s, to which no key can be appended', (line) => {
    const chunk = textChunk('jsonl', ['{"a":1}\n', `${line}\n`], { firstRow: 6 });
    const refusal = { code: 'BAD_REQUEST', message: expect.stringContaining('row 7 ') };

    expect(() => scoreAll(chunk, [floats(1, 2)], JSONL)).toThrow(expect.objectContaining(refusal));
    expect(() => scoreAll(chunk, [floats(1, 2)], CSV)).toThrow(expect.objectContaining(refusal));
  });

  it('writes predictions alone', () => {
    const chunk = textChunk('jsonl', ['{"a":1}\n', '{"a":2}\n']);

    expect(scoreAll(chunk, [floats(1, 2)], { ...JSONL, keepsInputs: false })).toBe(
      '{"predictions": 1.0}\n{"predictions": 2.0}\n',
    );
  });
});

describe('encodeText, other input', () => {
  it('writes JSON objects as CSV', () => {
    const chunk = textChunk('jsonl', ['{"a":"01","b":1}\n', '{"a":null,"b":2}\n']);

    expect(scoreAll(chunk, [floats(1, 2)], CSV)).toBe('a,b,predictions\n01,1,1.0\n,2,2.0\n');
  });

  it('writes CSV as JSON: columns of the signature by its types, others as texts', () => {
    const chunk = textChunk('csv', ['01,1,x\n', 'bad,bad,\n', ',2,z\n'], { header: 'a,b,c\n' });
    const inputs = [{ name: 'b', type: 'long', required: true }] as const;
    const options: EncodeTextOptions = { ...JSONL, schema: { kind: 'columns', inputs } };

    expect(fileOf([[chunk, scoredChunk(chunk, [floats(1, 3)], [1])]], options)).toBe(
      '{"a": "01", "b": 1, "c": "x", "predictions": 1.0}\n{"a": null, "b": 2, "c": "z", "predictions": 3.0}\n',
    );
  });

  it('writes the rows of a frame that were not refused', () => {
    const cells = frame(3, [column('a', 'int32', Int32Array.of(1, 2, 3))]);
    const chunk: Chunk = { kind: 'frame', firstRow: 0, rowCount: 3, frame: cells };

    expect(fileOf([[chunk, scoredChunk(chunk, [floats(1, 3)], [1])]], CSV)).toBe(
      'a,predictions\n1,1.0\n3,3.0\n',
    );
  });
});

describe('encodeText, gzip', () => {
  it.each([CSV, JSONL])('makes a file of several members: $outputFormat', (options) => {
    const chunk = textChunk('jsonl', ['{"a":1}\n']);
    const parts = [1, 2].map((value) => [chunk, scoredChunk(chunk, [floats(value)])] as const);

    expect(fileOf(parts, { ...options, isOutputGzip: true })).toBe(fileOf(parts, options));
  });

  it('is a gzip file without rows, too', () => {
    expect(fileOf([], { ...JSONL, isOutputGzip: true })).toBe('');
  });
});
