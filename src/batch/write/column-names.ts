import type { Column, Frame, Label } from '../../model/frame.ts';
import { pythonFloat } from '../../model/python-float.ts';

/** A column under the name that it has in a file. */
export interface NamedColumn {
  readonly name: string;
  readonly column: Column;
}

/**
 * The columns of a frame with texts for labels, as a JSON answer has them: of equal names the last column counts, at the place of
 * the first.
 */
export function namedColumns({ columns }: Frame): NamedColumn[] {
  const byName = new Map<string, Column>();
  for (const column of columns) byName.set(labelText(column.label), column);
  return Array.from(byName, ([name, column]) => ({ name, column }));
}

/** A prediction's name beside the input's columns: one that is taken gets `_predicted` appended, until it is free. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  while (isTaken(free)) free += '_predicted';
  return free;
}

const labelText = (label: Label): string =>
  typeof label === 'number' ? pythonFloat(label) : `${label}`;
