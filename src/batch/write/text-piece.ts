/** Some lines of a text file. */
export interface TextPiece {
  readonly kind: 'text';
  /** First line of the file, the same in every piece that has predictions; empty in JSON Lines. */
  readonly header: Uint8Array;
  /** Whether the header is only a guess: no row has a prediction that would tell its columns. */
  readonly isGuess: boolean;
  readonly lines: Uint8Array;
}
