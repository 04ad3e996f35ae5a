/** Rows of a block in such a table: the fewest for its cells. */
export const BLOCK_ROWS = 1024;
/** Wide enough that a block is short. */
export const WIDTH = 600;

export interface WideCsvOptions {
  readonly rowCount: number;
  /** The first columns, by name; the others are filled with "1". */
  readonly columns: Readonly<Record<string, (row: number) => string>>;
  readonly lineEnd?: string;
  /** What stands between a row and the next, beside the line end. */
  readonly between?: (row: number) => string;
  readonly prefix?: string;
}

/** A table in which pandas guesses types anew every 1,024 rows. */
export function wideCsv(options: WideCsvOptions): Buffer {
  const { rowCount, columns, lineEnd = '\n', between = () => '', prefix = '' } = options;
  const names = Object.keys(columns);
  const filler = WIDTH - names.length;
  const header = [...names, ...Array.from({ length: filler }, (_, i) => `f${i}`)].join();
  const rest = ',1'.repeat(filler);
  let text = `${prefix}${header}${lineEnd}`;
  for (let row = 0; row < rowCount; row++) {
    const cells = names.map((name) => columns[name]?.(row) ?? '').join();
    text += `${cells}${rest}${lineEnd}${between(row)}`;
  }
  return Buffer.from(text);
}
