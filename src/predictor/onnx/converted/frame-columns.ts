import { badRequest, type ServingError } from '../../../errors.ts';
import type { ArrayInput } from '../../../model/conversion.ts';
import type { Column, Frame } from '../../../model/frame.ts';
import { quote } from '../quote.ts';

/**
 * A frame's columns in the order in which the original takes them.
 *
 * @throws {ServingError} BAD_REQUEST when a name is missing, twice there, or out of place where
 *   places count
 */
export function orderedColumns(
  { columns: wanted, names = 'pick' }: ArrayInput,
  { columns }: Frame,
): readonly Column[] {
  if (wanted === undefined || isInOrder(columns, wanted)) return columns;
  if (names === 'pick') return wanted.map((name) => columnNamed(columns, name));
  const texts = columns.filter(({ label }) => typeof label === 'string').length;
  if (names === 'same' && texts === 0) return columns;
  // A Booster's names are text: labels 0, 1, 2 are the names it gave columns without any.
  const isSame =
    names === 'strict' &&
    isInOrder(
      columns.map((column) => ({ label: `${column.label}` })),
      wanted,
    );
  if (isSame) return columns;
  throw badRequest(
    `the model takes the columns ${listed(wanted)}, in this order and no others; the request's differ`,
  );
}

/** @throws {ServingError} BAD_REQUEST when there is none of that name, or more than one */
export function columnNamed(columns: readonly Column[], name: string): Column {
  let found: Column | undefined;
  for (const column of columns) {
    if (column.label !== name) continue;
    if (found !== undefined) throw badRequest(`column ${quote(name)} is there twice`);
    found = column;
  }
  if (found === undefined) throw missing(name);
  return found;
}

function isInOrder(columns: readonly Pick<Column, 'label'>[], wanted: readonly string[]): boolean {
  if (columns.length !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (columns[i]?.label !== wanted[i]) return false;
  return true;
}

const MAX_LISTED = 10;

const listed = (names: readonly string[]): string =>
  names.length > MAX_LISTED
    ? `${names.slice(0, MAX_LISTED).map(quote).join(', ')} and ${names.length - MAX_LISTED} more`
    : names.map(quote).join(', ');

const missing = (name: string): ServingError =>
  badRequest(`the model needs the column ${quote(name)}, missing from the request`);
