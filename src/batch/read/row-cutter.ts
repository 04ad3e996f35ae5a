/** Finds where rows end in bytes that come piece by piece. */
export interface RowCutter {
  /**
   * The row that starts at `from` or behind blank lines there.
   *
   * @param isLast whether nothing comes after these bytes
   * @returns undefined when more bytes are needed to say; at the end: when there is no row any more
   */
  next(bytes: Uint8Array, from: number, isLast: boolean): CutRow | undefined;
}

export interface CutRow {
  /** Of its first byte. */
  readonly start: number;
  /** Behind its line end. */
  readonly end: number;
  /** Of a line of CSV; @default not counted */
  readonly fields?: number;
}
