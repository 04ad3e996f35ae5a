import { badRequest } from '../../../errors.ts';
import { type FileMetadata, readFileMetadata } from '../../../scoring/parquet/file-metadata.ts';
import { buildSchemaTree } from '../../../scoring/parquet/schema-tree.ts';
import type { BatchInput } from '../../batch-input.ts';

/** Most footers are smaller: one read brings both the length and what it is the length of. */
const TAIL_BYTES = 64 * 1024;
const FOOTER_BYTES = 8;
/** Tables of thousands of columns and row groups have a tenth of it. */
const MAX_FOOTER_BYTES = 64 * 2 ** 20;

/**
 * What a Parquet file says of itself, at its end.
 *
 * @returns besides, where that begins: columns end before it
 * @throws {ServingError} BAD_REQUEST when it cannot be read; as `BatchInput.read`
 */
export async function readMetadata(
  input: BatchInput,
): Promise<{ metadata: FileMetadata; end: number }> {
  const { sizeBytes } = input;
  let tail = await input.read({ start: Math.max(0, sizeBytes - TAIL_BYTES), end: sizeBytes });
  const length = footerLength(tail);
  if (length > MAX_FOOTER_BYTES) {
    throw badRequest(`parquet body: its metadata have more than ${MAX_FOOTER_BYTES} bytes`);
  }
  // Four more: no file is nothing but its footer.
  const neededBytes = length + FOOTER_BYTES + 4;
  if (neededBytes > tail.length && neededBytes <= sizeBytes) {
    tail = await input.read({ start: sizeBytes - neededBytes, end: sizeBytes });
  }
  return {
    metadata: readParquet(() => readFileMetadata(plain(tail))),
    end: sizeBytes - length - FOOTER_BYTES,
  };
}

/** 0 for what is no Parquet file: then the reader says so. */
function footerLength(tail: Uint8Array): number {
  const end = Buffer.from(tail.subarray(-FOOTER_BYTES));
  const isParquet = end.length === FOOTER_BYTES && end.toString('latin1', 4) === 'PAR1';
  return isParquet ? end.readUInt32LE(0) : 0;
}

/** @throws {ServingError} BAD_REQUEST naming the first column that has more than one value in a cell */
export function refuseNested(metadata: FileMetadata): void {
  const nested = readParquet(() => buildSchemaTree(metadata)).find(
    ({ leafIndex, element }) => leafIndex < 0 || element.repetition === 'REPEATED',
  );
  if (nested === undefined) return;
  throw badRequest(
    `parquet body: the column "${nested.element.name.slice(0, 80)}" is nested; expected one value in each cell. Send such rows as JSON Lines`,
  );
}

/** A column ends where the next one begins, and the last one in front of the metadata. */
export function columnEnds({ rowGroups }: FileMetadata, end: number): Map<number, number> {
  const starts = rowGroups.flatMap(({ chunks }) => chunks.map(({ start }) => start));
  const sorted = Float64Array.from(new Set(starts)).sort();
  return new Map(Array.from(sorted, (start, at) => [start, Math.min(end, sorted[at + 1] ?? end)]));
}

/** A plain view: methods of a Buffer that look like an array's may not copy. */
export const plain = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length);

/** What a corrupt file makes the reader throw is about the file. */
export function readParquet<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ServingError') throw cause;
    throw badRequest('parquet body: the file is corrupt', { cause });
  }
}
