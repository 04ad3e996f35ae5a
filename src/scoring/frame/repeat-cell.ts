import { type Column, column } from '../../model/frame.ts';
import type { PyValue } from '../../model/py-value.ts';
import { allocate } from '../../model/storage.ts';

/** The only cell of a column in as many rows as wanted, none included; the dtype stays. */
export function repeatCell({ label, dtype, data }: Column, count: number): Column {
  const out = allocate(dtype, count) as PyValue[];
  out.fill((data as PyValue[])[0] as PyValue);
  return column(label, dtype, out as never);
}
