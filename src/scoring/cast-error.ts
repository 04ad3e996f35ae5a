/**
 * A value that numpy or pandas would refuse to convert.
 *
 * Internal to the casts: whoever knows the column and the step turns it into a `ServingError`.
 * The text says what was expected, never what was sent.
 */
export class CastError extends Error {
  override readonly name = 'CastError';
  /** Position of the value among the cells that were cast; undefined for the whole. */
  readonly row: number | undefined;

  constructor(expected: string, row?: number) {
    super(expected);
    this.row = row;
  }
}

/** Run a cast; let `translate` name the place of a failure. */
export function translatingCastErrors<T>(run: () => T, translate: (error: CastError) => Error): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof CastError ? translate(error) : error;
  }
}

/** `, row 3` or nothing. */
export const rowOf = (error: CastError): string =>
  error.row === undefined ? '' : `, row ${error.row}`;
