import { ServingError } from '../../errors.ts';
import { NO_CELLS } from '../../scoring/csv/cells.ts';
import {
  type CsvSource,
  checkEncoding,
  createCsvSource,
  findRecord,
  resume,
} from '../../scoring/csv/csv-source.ts';
import { rowsOfBlock } from '../../scoring/csv/read-block.ts';
import { readFields } from '../../scoring/csv/read-fields.ts';
import { readHead } from '../../scoring/csv/read-head.ts';
import type { CsvBlock, CsvTable } from '../../scoring/csv/untyped-block.ts';
import { createPlainRecords } from '../read/plain-records.ts';
import { createByteWindow } from './byte-window.ts';

/** A block of a text, and what its text is. */
export interface CsvTableBlock extends CsvBlock {
  readonly table: CsvTable;
  readonly rowCount: number;
}

/** What comes next may belong to a line end: the LF of a CR, and the comma that pandas swallows behind one. */
const LOOK_AHEAD = 2;
/** Of one block: rows as long as this are no rows of numbers; bytes. */
const MAX_HELD_BYTES = 256 * 2 ** 20;
/** Collected before rows are looked for in them; bytes. */
const LOOK_BYTES = 2 ** 20;

/**
 * Cut a CSV text into the blocks of rows of which pandas guesses the dtypes; a text without rows has none.
 *
 * Memory: one block, and one piece.
 *
 * @throws {ServingError} as `parseCsv`; REQUEST_TOO_LARGE for a block of more than 256 MiB
 */
export async function* cutCsvBlocks(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<CsvTableBlock> {
  const text = createByteWindow(LOOK_BYTES);
  let cutter: BlockCutter | undefined;
  function* cut(isLast: boolean): Generator<CsvTableBlock> {
    const bytes = text.bytes();
    cutter ??= startCutter(bytes, isLast);
    if (cutter === undefined) return;
    yield* cutter.next(bytes, isLast);
    text.drop(cutter.forget());
  }
  const checkHeld = (): void => {
    if (text.bytes().length > MAX_HELD_BYTES) throw tooLong();
  };
  for await (const piece of pieces) {
    text.add(piece);
    if (!text.isWorthALook()) continue;
    yield* cut(false);
    checkHeld();
  }
  yield* cut(true);
}

interface BlockCutter {
  /** The blocks that end in `bytes`, which go on where those of the last call ended. */
  next(bytes: Uint8Array, isLast: boolean): Generator<CsvTableBlock>;
  /** Bytes in front that are not needed any more. */
  forget(): number;
}

/** @returns undefined when the first row is not here yet, or there is none */
function startCutter(bytes: Uint8Array, isLast: boolean): BlockCutter | undefined {
  const source = createCsvSource(bytes);
  const table = orMore(isLast, () => {
    const { header, width } = readHead(source, {});
    checkEncoding(source);
    const hasRow = width !== undefined && lineEndsHere(source, isLast);
    return hasRow ? { names: header.names, width } : undefined;
  });
  return table === undefined ? undefined : createCutter(source, table);
}

/** Whether the row under the head is here to its end; the head stays. */
function lineEndsHere(source: CsvSource, isLast: boolean): boolean {
  const { position } = source;
  readFields(source, NO_CELLS, 0, 0);
  const isSure = isLast || source.position <= source.bytes.length - LOOK_AHEAD;
  source.position = position;
  return isSure;
}

function createCutter(first: CsvSource, table: CsvTable): BlockCutter {
  const blockRows = rowsOfBlock(table.width);
  const records = createPlainRecords();
  let source = first;
  let start = source.position;
  let isFirst = true;
  let rowCount = 0;
  let fieldsBefore = table.names.length;
  let block = { isFirst, fieldsBefore };

  /** Fields of the row that ends here, where it is a block's first, else 1 or more; 0 at the end of the text; undefined when more of it is needed. */
  function nextRow(isLast: boolean): number | undefined {
    const { bytes, position, lastStepBack } = source;
    // Of a block's first row the fields count.
    const plain = rowCount === 0 ? undefined : records.next(bytes, position);
    if (plain !== undefined) {
      source.position = plain.end;
      return 1;
    }
    const fields = orMore(isLast, () => {
      const isFound = (isFirst && rowCount === 0) || findRecord(source);
      return isFound ? readFields(source, NO_CELLS, 0, 0) : 0;
    });
    const isSure = isLast || source.position <= bytes.length - LOOK_AHEAD;
    if (fields !== undefined && isSure) return fields;
    source.position = position;
    source.lastStepBack = lastStepBack;
    return undefined;
  }

  function close(): CsvTableBlock {
    // A plain copy, which a thread may have for itself.
    const bytes = source.bytes.slice(start, source.position);
    const closed = { table, bytes, rowCount, ...block };
    start = source.position;
    rowCount = 0;
    isFirst = false;
    block = { isFirst, fieldsBefore };
    resume(source);
    return closed;
  }

  return {
    *next(bytes, isLast) {
      if (source.bytes !== bytes) source = moved(source, bytes);
      for (;;) {
        const fields = nextRow(isLast);
        if (fields === undefined) return;
        if (fields === 0) break;
        rowCount++;
        if (rowCount === 1) {
          fieldsBefore = Math.max(fieldsBefore, fields);
          if (isFirst) resume(source);
        }
        if (rowCount === blockRows) yield close();
      }
      if (rowCount > 0) yield close();
    },
    forget() {
      const dropped = start;
      source.position -= dropped;
      source.resumedAt -= dropped;
      if (source.lastStepBack >= 0) source.lastStepBack -= dropped;
      start = 0;
      return dropped;
    },
  };
}

/** The head over other bytes, which begin where those in front of it began. */
function moved({ position, resumedAt, lastStepBack }: CsvSource, bytes: Uint8Array): CsvSource {
  return { ...createCsvSource(bytes), position, resumedAt, lastStepBack };
}

/** What is refused may be whole when there is more of it. */
function orMore<T>(isLast: boolean, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isLast || !(error instanceof ServingError)) throw error;
    return undefined;
  }
}

const tooLong = (): ServingError =>
  new ServingError(
    'REQUEST_TOO_LARGE',
    `rows that are read together have more than ${MAX_HELD_BYTES} bytes; is a quote in them never closed?`,
  );
