import { badRequest, ServingError } from '../../errors.ts';
import type { TextChunk } from '../chunk.ts';
import { createGrowingBytes } from './growing-bytes.ts';
import type { RowCutter } from './row-cutter.ts';

const MEBIBYTE = 2 ** 20;

/** A place between two rows. */
export interface TextPlace {
  /** Bytes of the text in front of it. */
  readonly offset: number;
  /** Number of the row behind it. */
  readonly firstRow: number;
  /** Of the file; empty in JSON Lines. */
  readonly header: Uint8Array;
  readonly headerFields: number;
}

export interface CutOptions {
  readonly kind: TextChunk['kind'];
  readonly cutter: RowCutter;
  /** Of a chunk, at most. */
  readonly chunkRows: number;
  /** A chunk is closed when it has this many; bytes. @default 4 MiB */
  readonly chunkBytes?: number;
  /** Where the pieces begin, when that is not the start of the file. @default the start, with the header */
  readonly from?: TextPlace;
  /** Bytes that are collected before rows are looked for in them. @default 1 MiB */
  readonly lookBytes?: number;
  /** A longer row is refused, with the file: its end may be missing. @default 64 MiB */
  readonly maxRowBytes?: number;
}

/**
 * Cut text into chunks of whole rows. Where it is cut depends on the text alone, not on the pieces in which it comes.
 *
 * Memory: one chunk, one piece, and the longest row.
 *
 * @throws {ServingError} REQUEST_TOO_LARGE for a row that does not end; BAD_REQUEST for CSV without a header
 */
export async function* cutChunks(
  pieces: AsyncIterable<Uint8Array>,
  options: CutOptions,
): AsyncGenerator<TextChunk> {
  const { kind, cutter, chunkRows, chunkBytes = 4 * MEBIBYTE } = options;
  const { lookBytes = MEBIBYTE, maxRowBytes = 64 * MEBIBYTE } = options;
  const text = createGrowingBytes(lookBytes);
  const { from } = options;
  let header = from?.header ?? (kind === 'csv' ? undefined : new Uint8Array(0));
  let headerFields = from?.headerFields ?? 1;
  let rows: Rows = emptyRows(from?.firstRow ?? 0);
  /** Bytes of the text in front of those that are here. */
  let dropped = from?.offset ?? 0;
  /** Behind the last row that was found. */
  let position = 0;

  function* cut(isLast: boolean): Generator<TextChunk> {
    const bytes = text.bytes();
    for (;;) {
      const row = cutter.next(bytes, position, isLast);
      if (row === undefined) break;
      if (row.end - row.start > maxRowBytes) throw tooLong(rows, maxRowBytes);
      position = row.end;
      if (header === undefined) {
        header = withLineEnd(bytes.slice(row.start, row.end));
        headerFields = row.fields ?? 1;
        continue;
      }
      if (rows.starts.length === 0) rows.from = row.start;
      rows.starts.push(row.start - rows.from);
      if (rows.starts.length === chunkRows || row.end - rows.from >= chunkBytes) yield close();
    }
    const used = rows.starts.length > 0 ? rows.from : position;
    if (bytes.length - position > maxRowBytes) throw tooLong(rows, maxRowBytes);
    position -= used;
    rows.from -= used;
    dropped += used;
    text.drop(used);
  }

  function close(): TextChunk {
    const { firstRow, from: start } = rows;
    const rowCount = rows.starts.length;
    const starts = new Uint32Array(rowCount + 1);
    starts.set(rows.starts);
    starts[rowCount] = position - start;
    const bytes = text.bytes().slice(start, position);
    const at = dropped + start;
    rows = emptyRows(firstRow + rowCount);
    return {
      ...{ kind, firstRow, rowCount, bytes, at },
      header: header as Uint8Array,
      ...(kind === 'csv' && { headerFields }),
      starts,
    };
  }

  for await (const piece of pieces) {
    text.add(piece);
    if (text.isWorthALook()) yield* cut(false);
  }
  yield* cut(true);
  if (header === undefined) throw badRequest('the file is empty: expected a header line');
  // A file without rows is one chunk of none: its header says what the columns are.
  if (rows.starts.length > 0 || rows.firstRow === 0) yield close();
}

interface Rows {
  firstRow: number;
  from: number;
  starts: number[];
}

const emptyRows = (firstRow: number): Rows => ({ firstRow, from: 0, starts: [] });

/** A header that ends with the file has no line end, and rows are put below it. */
function withLineEnd(header: Uint8Array): Uint8Array {
  const last = header.at(-1);
  return last === 0x0a || last === 0x0d ? header : Buffer.concat([header, Buffer.from('\n')]);
}

const tooLong = ({ firstRow, starts }: Rows, maxRowBytes: number): ServingError =>
  new ServingError(
    'REQUEST_TOO_LARGE',
    `row ${firstRow + starts.length} has more than ${maxRowBytes} bytes; is a quote in it never closed?`,
  );
