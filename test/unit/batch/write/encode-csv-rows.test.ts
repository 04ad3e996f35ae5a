import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCsvRows } from '../../../../src/batch/write/encode-csv-rows.ts';
import { createTextAssembler } from '../../../../src/batch/write/text-assembler.ts';
import { column, type Frame } from '../../../../src/model/frame.ts';
import type { Schema } from '../../../../src/model/signature.ts';
import { parseCsv } from '../../../../src/scoring/csv/parse-csv.ts';
import { scoredChunk, textChunk } from '../../../helpers/text-chunk.ts';

const COLUMNS = ['a', 'b', 'c'];
const ALL_TEXT: Schema = {
  kind: 'columns',
  inputs: [...COLUMNS, 'predictions'].map((name) => ({ name, type: 'string', required: true })),
};

const answer = fc.double({ noNaN: true, noDefaultInfinity: true });
const bare = fc.string({ unit: fc.constantFrom('x', 'é', ' ', '1', '\t'), maxLength: 3 });
const quoted = fc
  .string({ unit: fc.constantFrom('x', '"', ',', '\n', '\r', ' ', '𝄞'), maxLength: 4 })
  .map((text) => `"${text.replaceAll('"', '""')}"`);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n \t\r\n');

/** A record that pandas does not skip: its first field starts with a letter. */
const record = fc
  .tuple(fc.array(fc.oneof(bare, quoted), { maxLength: 2 }), lineEnd)
  .map(([rest, end]) => `${['k', ...rest].join(',')}${end}`);

const cellsOf = ({ columns }: Frame, label: string) =>
  Array.from(columns.find((each) => each.label === label)?.data as ArrayLike<unknown>);

describe('encodeCsvRows', () => {
  it('changes nothing that pandas reads of the input, whatever the rows look like', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(record, answer, fc.boolean()), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 4 }),
        (rows, headerEnd, chunkRows) => {
          const header = `${COLUMNS.join(',')}${headerEnd}`;
          const assembler = createTextAssembler({ isGzip: false });
          const file: Uint8Array[] = [];
          for (let firstRow = 0; firstRow < rows.length; firstRow += chunkRows) {
            const part = rows.slice(firstRow, firstRow + chunkRows);
            const texts = part.map(([text]) => text);
            const chunk = textChunk('csv', texts, { header, firstRow });
            const refused = part.flatMap(([, , isRefused], at) =>
              isRefused ? [firstRow + at] : [],
            );
            const answers = part.filter(([, , isRefused]) => !isRefused).map(([, sent]) => sent);
            const predictions = column('predictions', 'float64', Float64Array.from(answers));
            const scored = scoredChunk(chunk, [predictions], refused);
            file.push(assembler.add(encodeCsvRows(chunk, scored)) as Uint8Array);
          }
          const accepted = rows.filter(([, , isRefused]) => !isRefused);
          const kept = Buffer.from(header + accepted.map(([text]) => text).join(''));

          const read = parseCsv(Buffer.concat(file), ALL_TEXT);

          const expected = parseCsv(kept, ALL_TEXT);
          expect(read.rowCount).toBe(accepted.length);
          for (const name of COLUMNS) expect(cellsOf(read, name)).toEqual(cellsOf(expected, name));
          // As texts: pandas' own number parser may be off by some last bits.
          expect(cellsOf(read, 'predictions').map(Number)).toEqual(
            accepted.map(([, sent]) => sent),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
