import { describe, expect, it } from 'vitest';
import { castCells } from '../../../../src/scoring/csv/cast-cells.ts';
import type { CsvDtype } from '../../../../src/scoring/csv/csv-dtypes.ts';
import { createCsvSource } from '../../../../src/scoring/csv/csv-source.ts';
import { type CsvCells, inferCells } from '../../../../src/scoring/csv/infer-cells.ts';
import { createBlockReader, readBlock } from '../../../../src/scoring/csv/read-block.ts';
import { readHead } from '../../../../src/scoring/csv/read-head.ts';
import { readPlainBlock } from '../../../../src/scoring/csv/read-plain-block.ts';
import { createRandom } from '../../../interop/random.ts';

function open(text: string) {
  const source = createCsvSource(Buffer.from(text));
  const { header, width = 0 } = readHead(source, {});
  return { source, reader: createBlockReader(source, width, header.names.length) };
}

/** What the reader of all bodies makes of the same block; undefined when it refuses it. */
function readGenerally(text: string, dtypes: readonly (CsvDtype | undefined)[]) {
  const { source, reader } = open(text);
  try {
    const rowCount = readBlock(reader, true);
    const { cells, width } = reader;
    const columns = dtypes.map((dtype, first): CsvCells => {
      const column = { source, cells, first, width, rowCount };
      const read =
        dtype === undefined ? inferCells(column) : castCells(column, dtype as never, 'x');
      return { dtype: read.dtype, data: read.data } as CsvCells;
    });
    const { position, lineCount } = source;
    return { rowCount, columns, position, lineCount };
  } catch {
    return undefined;
  }
}

const USUAL = ['0', '1', '-7', '12.5', '-0.25', '.5', '3.', '123456.75', '0.1', '-0', '-0.0'];
const LONG = [
  '0.30000000000000004',
  '0.07506123456789012',
  '123456789012345',
  '1234567890.1234567',
  '12345678901234567.5',
];
const ODD = [
  '',
  'NA',
  'nan',
  ' 7',
  '7 ',
  '+7',
  '1e5',
  '1E-3',
  '1.5e300',
  '1e309',
  'inf',
  '-Infinity',
  '1234567890123456',
  '99999999999999999999',
  '100000000000000000000.5',
  '1234567890.12345678901',
];
const WRONG = [
  'x',
  '1x',
  '1.2.3',
  '-',
  '.',
  '"1"',
  '1"',
  'true',
  '1,2',
  'é',
  '1\\0',
  '1\n',
  '1\r',
  '\t',
];

describe('readPlainBlock', () => {
  it.each([
    { name: 'usual numbers', kinds: [USUAL], least: 0.99 },
    { name: 'numbers of any length', kinds: [USUAL, LONG], least: 0.99 },
    { name: 'missing cells and other spellings', kinds: [USUAL, LONG, ODD], least: 0.2 },
    { name: 'cells that are none', kinds: [USUAL, ODD, WRONG], least: 0 },
  ])('gives what the reader of all bodies gives, or nothing: $name', ({ kinds, least }) => {
    const random = createRandom(20_261_123);
    const { pick } = random;
    let read = 0;
    const texts = 1000;
    for (let at = 0; at < texts; at++) {
      const width = 1 + random.below(4);
      const end = pick(['\n', '\n', '\r\n']);
      const odds = random.below(7);
      const cell = (): string => pick(random.below(odds + 1) > 0 ? USUAL : pick(kinds));
      const row = (): string => Array.from({ length: width }, cell).join(',');
      const rows = Array.from({ length: 1 + random.below(9) }, row);
      const names = Array.from({ length: width }, (_, column) => `c${column}`);
      const text = [names.join(','), ...rows].join(end) + pick(['', end]);
      const dtypes = names.map(() =>
        pick([undefined, 'float64', 'float32', 'int64', 'int32', 'bool'] as const),
      );
      const onlyFloats = names.map(() => pick(['float64', 'float32', undefined] as const));
      for (const told of [dtypes, onlyFloats]) {
        const { source, reader } = open(text);
        const before = { ...source };
        const plain = readPlainBlock(reader, told);
        if (plain === undefined) {
          expect(source).toEqual(before);
          continue;
        }
        read++;
        const { position, lineCount } = source;
        const { rowCount, columns } = plain;
        expect({ rowCount, columns, position, lineCount }, text).toEqual(readGenerally(text, told));
      }
    }
    expect(read).toBeGreaterThan(least * texts);
  });

  it('leaves what is not a table with all its cells to the reader of all bodies', () => {
    for (const rows of [
      '1\n',
      '1,2\n1\n',
      '1,2\n1,2,3\n',
      '1,2\n\n',
      ' 1,2\n',
      '1,2\r3,4\r',
      '"1",2\n',
    ]) {
      const { reader } = open(`a,b\n${rows}`);

      expect(readPlainBlock(reader, ['float64', 'float64']), rows).toBeUndefined();
    }
  });

  it('reads block by block', () => {
    const rows = Array.from({ length: 1_000_000 }, (_, row) => `${row}\n`);
    const { reader, source } = open(`a\n${rows.join('')}`);
    const counts: number[] = [];
    for (
      let block = readPlainBlock(reader, [undefined]);
      block;
      block = readPlainBlock(reader, [undefined])
    ) {
      counts.push(block.rowCount);
      expect(block.columns[0]?.dtype).toBe('int64');
    }

    expect(counts).toEqual([524_288, 475_712]);
    expect(source.lineCount).toBe(1_000_001);
  });
});
