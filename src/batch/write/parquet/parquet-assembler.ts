import { isDeepStrictEqual } from 'node:util';
import { ServingError } from '../../../errors.ts';
import type { Assembler } from '../../encoded-chunk.ts';
import { encodeFooter, type PlacedRowGroup, placeRowGroup } from './encode-footer.ts';
import type { ColumnType, ParquetPiece, PieceColumn } from './parquet-piece.ts';

const MAGIC = Buffer.from('PAR1');
const NOTHING = new Uint8Array(0);

/**
 * Row groups one after the other, and the footer that says where they are.
 *
 * A column has one type in the whole file: the one of its first piece that has a value in it.
 *
 * @throws {ServingError} INTERNAL_ERROR from `add` when a piece has other columns or types than those before
 */
export function createParquetAssembler(): Assembler<ParquetPiece> {
  const rowGroups: PlacedRowGroup[] = [];
  let columns: readonly PieceColumn[] | undefined;
  /** Of a piece without rows: needed when there is no other. */
  let guess: readonly PieceColumn[] = [];
  let position = 0;

  return {
    add({ rowCount, columns: added, bytes }) {
      if (rowCount === 0) {
        guess = added;
        return NOTHING;
      }
      columns = columns === undefined ? added : mergeColumns(columns, added);
      const start = Math.max(position, MAGIC.length);
      const head = position === 0 ? MAGIC : NOTHING;
      position = start + bytes.length;
      rowGroups.push(placeRowGroup({ rowCount, columns: added }, start));
      return head.length === 0 ? bytes : Buffer.concat([head, bytes]);
    },
    end() {
      const footer = encodeFooter(columns ?? guess, rowGroups);
      return position === 0 ? Buffer.concat([MAGIC, footer]) : footer;
    },
  };
}

function mergeColumns(known: readonly PieceColumn[], added: readonly PieceColumn[]): PieceColumn[] {
  if (known.length !== added.length) throw otherColumns();
  return known.map((column, at) => {
    const other = added[at] as PieceColumn;
    if (column.name !== other.name) throw otherColumns();
    if (column.rank !== other.rank) throw otherType(column);
    if (other.isUnknown || isDeepStrictEqual(column.type, other.type)) return column;
    if (column.isUnknown) return other;
    throw otherType(column);
  });
}

const otherColumns = (): ServingError =>
  new ServingError(
    'INTERNAL_ERROR',
    'some rows have other columns than the rows before them; expected the same names in the whole file. Write JSON Lines, where lines may differ',
  );

const otherType = ({ name }: ColumnType): ServingError =>
  new ServingError(
    'INTERNAL_ERROR',
    `column ${JSON.stringify(name)} changes its type within the file, which Parquet cannot hold; write CSV or JSON Lines`,
  );
