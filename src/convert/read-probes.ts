import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Probes } from './input-knowledge.ts';

const MOST_VALUES = 10_000;

/** What `probes.json` beside a converted model says: `{"columns": {"age": [17.5, 42]}}`; nothing when there is none. */
export async function readProbes(folder: string): Promise<Probes> {
  const text = await readFile(join(folder, 'probes.json'), 'utf8').catch(() => '{}'); // most have none
  const { columns } = JSON.parse(text) as { readonly columns?: unknown };
  if (typeof columns !== 'object' || columns === null) return {};
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [
      name,
      Array.isArray(values) ? values.filter(isValue).slice(0, MOST_VALUES) : [],
    ]),
  );
}

const isValue = (value: unknown): value is string | number =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
