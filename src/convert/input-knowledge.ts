import type { Conversion } from '../model/conversion.ts';
import type { Schema } from '../model/signature.ts';
import type { Cell } from './cell.ts';
import type { InputKnowledge } from './input-values.ts';
import { inputNames, type ProofRow } from './proof-row.ts';

/** Values by which a converted model decides, by column; `*`: any. Written by the converter, if it knows some. */
export type Probes = Readonly<Record<string, readonly (string | number)[]>>;

/** What is known of each input's values: those of rows that people gave, and those that the converter found. */
export function inputKnowledge(
  schema: Schema,
  rows: readonly ProofRow[],
  { refuses }: Pick<Conversion, 'refuses'>,
  probes: Probes,
): InputKnowledge[] {
  const names = inputNames(schema);
  return names.map((name, index) => {
    const isOwn = (column: string): boolean =>
      column === '*' || column === name || column === `${index}` || isOnlyTensor(schema);
    const known: Cell[] = [
      ...refuses.flatMap(({ column, values = [] }) => (isOwn(column) ? values : [])),
      ...Object.entries(probes).flatMap(([column, values]) => (isOwn(column) ? values : [])),
    ];
    return { seen: rows.flatMap((row) => row[index] ?? []), known };
  });
}

const isOnlyTensor = ({ kind, inputs }: Schema): boolean =>
  kind === 'tensors' && inputs.length === 1;
