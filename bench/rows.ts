import { createRandom } from '../test/interop/random.ts';

const COLUMNS = Array.from({ length: 20 }, (_, i) => `feature_${String(i).padStart(2, '0')}`);

/** The same rows as a dataframe_split body and as CSV, with `decimals` digits after the point. */
export function makeBodies(rowCount: number, decimals: number): { json: string; csv: string } {
  const random = createRandom(7);
  const cell = (): string => {
    const value = random.next() * 6 - 3;
    return decimals > 15 ? String(value) : value.toFixed(decimals);
  };
  const rows = Array.from({ length: rowCount }, () => COLUMNS.map(cell));
  const data = rows.map((row) => `[${row.join(', ')}]`).join(', ');
  return {
    json: `{"dataframe_split": {"columns": ${JSON.stringify(COLUMNS)}, "data": [${data}]}}`,
    csv: `${COLUMNS.join(',')}\n${rows.map((row) => row.join(',')).join('\n')}\n`,
  };
}
