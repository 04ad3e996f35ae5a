import { describe, expect, it } from 'vitest';
import { countRows } from '../../../../src/batch/job/count-rows.ts';

const refused = (...rows: number[]) =>
  rows.map((row) => ({ row, rule: 'BAD_REQUEST', message: '', record: '' }));

describe('countRows', () => {
  it('counts what is accounted for', () => {
    const rows = countRows(10);
    rows.add({ firstRow: 10, rowCount: 3, refused: refused(10, 12) });
    rows.add({ firstRow: 13, rowCount: 0, refused: [] });
    rows.add({ firstRow: 13, rowCount: 2, refused: [] });

    expect(rows.total()).toEqual({ in: 5, out: 3, refused: 2 });
  });

  it.each([
    ['a gap', { firstRow: 1, rowCount: 3, refused: [] }],
    ['a row refused twice', { firstRow: 0, rowCount: 3, refused: refused(1, 1) }],
    ['a row of no chunk', { firstRow: 0, rowCount: 3, refused: refused(3) }],
    ['rows out of order', { firstRow: 0, rowCount: 3, refused: refused(2, 1) }],
  ])('stops at %s', (_name, chunk) => {
    expect(() => countRows().add(chunk)).toThrow(/rows? /);
  });

  it('stops at a chunk that comes twice', () => {
    const rows = countRows();
    rows.add({ firstRow: 0, rowCount: 3, refused: [] });

    expect(() => rows.add({ firstRow: 0, rowCount: 3, refused: [] })).toThrow('in two');
  });
});
