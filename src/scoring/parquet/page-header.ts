import { type ByteReader, corrupt } from './byte-reader.ts';
import { fields, readStruct, required, type ThriftStruct } from './thrift.ts';

/** What stands in front of each page. Units: bytes. */
export interface PageHeader {
  /** Others may be left out. */
  readonly kind: 'data' | 'data v2' | 'dictionary' | 'other';
  /** What is said of pages of its kind. */
  readonly details: ThriftStruct;
  /** The page as it lies in the file, behind its header. */
  readonly storedBytes: number;
  /** The page once decompressed. */
  readonly length: number;
}

/** By their number in the format, with the field that tells of them. */
const KINDS = [
  { kind: 'data', field: 5 },
  undefined,
  { kind: 'dictionary', field: 7 },
  { kind: 'data v2', field: 8 },
] as const;

/**
 * Read the header that the reader stands at; its page begins where the reader stands then.
 *
 * @throws {ServingError} BAD_REQUEST when it is cut off or contradicts the format
 */
export function readPageHeader(reader: ByteReader): PageHeader {
  const header = readStruct(reader);
  const length = required(fields.number(header, 2), 'the length of a page');
  const storedBytes = required(fields.number(header, 3), 'the size of a page');
  if (length < 0 || storedBytes < 0) throw corrupt('the length of a page is negative');
  const known = KINDS[fields.number(header, 1) ?? -1];
  if (known === undefined) return { kind: 'other', details: new Map(), storedBytes, length };
  const details = required(fields.struct(header, known.field), 'the header of a page');
  return { kind: known.kind, details, storedBytes, length };
}

/** How many levels a page has, or values a dictionary. */
export function pageCount({ details }: PageHeader, most: number): number {
  const count = required(fields.number(details, 1), 'the number of values of a page');
  if (count < 0 || count > most) throw corrupt('a page has more values than its column');
  return count;
}
