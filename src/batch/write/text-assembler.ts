import { ServingError } from '../../errors.ts';
import type { Assembler } from '../encoded-chunk.ts';
import { gzipMember } from './gzip-member.ts';
import type { TextPiece } from './text-piece.ts';

const NOTHING = new Uint8Array(0);

/**
 * Lines one after the other below the header of the first piece that knows it.
 *
 * Pieces whose header is a guess hold no lines. When there is no other header at the end, the guess is written.
 *
 * @throws {ServingError} INTERNAL_ERROR from `add` when a piece has other columns than those before
 */
export function createTextAssembler({
  isGzip,
}: {
  readonly isGzip: boolean;
}): Assembler<TextPiece> {
  let header: Uint8Array | undefined;
  let guess: Uint8Array | undefined;
  let isEmpty = true;

  return {
    add(piece) {
      if (piece.isGuess) {
        guess ??= piece.header;
        return NOTHING;
      }
      isEmpty &&= piece.header.length + piece.lines.length === 0;
      if (header === undefined) {
        header = piece.header;
        return Buffer.concat([header, piece.lines]);
      }
      if (Buffer.compare(header, piece.header) !== 0) throw otherColumns();
      return piece.lines;
    },
    end() {
      if (!isEmpty) return NOTHING;
      // No bytes at all are no gzip file.
      return guess ?? (isGzip ? gzipMember(NOTHING) : NOTHING);
    },
  };
}

const otherColumns = (): ServingError =>
  new ServingError(
    'INTERNAL_ERROR',
    'some rows have other columns than the rows before them; expected the same names in the whole file. Write JSON Lines, where lines may differ',
  );
