import type { Random } from '../interop/random.ts';

/** A JSON document that keeps its numbers as they are written: `1` and `1.0` stay what they are. */
type Json = { readonly raw: string } | string | boolean | null | Json[] | { [key: string]: Json };

/** A request body like the saved one, with a few things changed: values, kinds, keys, rows. Mostly still right. */
export function varyExample(body: string, random: Random): string {
  const root = read(body);
  const changes = random.pick([0, 1, 1, 1, 2, 3]);
  for (let i = 0; i < changes; i++) change(root, random);
  return write(root);
}

/** NaN and infinities are no JSON, but MLflow writes and reads them; as texts they survive `JSON.parse`. */
const CONSTANT = /(?<=[[,:]\s*)(?:NaN|-?Infinity)(?=\s*[\],}])/g;

const read = (text: string): Json =>
  JSON.parse(
    text.replace(CONSTANT, (name) => `{"raw": "${name}"}`),
    (_key, value, context?: { source: string }) =>
      typeof value === 'number' ? { raw: context?.source ?? String(value) } : value,
  );

function write(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isRaw(value)) return value.raw;
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${write(item)}`)
    .join(', ')}}`;
}

const isRaw = (value: Json): value is { readonly raw: string } =>
  typeof value === 'object' && value !== null && typeof (value as { raw?: Json }).raw === 'string';

type Place = { readonly parent: Json[] | { [key: string]: Json }; readonly key: string };

function places(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null || isRaw(value)) return found;
  for (const key of Object.keys(value)) {
    found.push({ parent: value as Place['parent'], key });
    places((value as Record<string, Json>)[key] as Json, found);
  }
  return found;
}

function change(root: Json, random: Random): void {
  // Leaves are many and names few: both get their share.
  const all = places(root);
  if (all.length === 0) return; // the only key was taken away before
  const leaves = all.filter(({ parent, key }) => isLeaf((parent as Record<string, Json>)[key]));
  const { parent, key } = random.pick(random.next() < 0.85 && leaves.length > 0 ? leaves : all);
  const at = parent as Record<string, Json>;
  const value = at[key] as Json;
  const luck = random.next();
  if (luck < 0.62) at[key] = similar(value, random);
  else if (luck < 0.72) at[key] = { raw: random.pick(ODD) };
  else if (luck < 0.8 && Array.isArray(parent)) parent.push(structuredClone(value));
  else if (luck < 0.85) remove(parent, key);
  else if (luck < 0.88 && !Array.isArray(parent)) at[`${key}x`] = value;
  else at[key] = similar(value, random);
}

const isLeaf = (value: Json | undefined): boolean =>
  value !== undefined && (typeof value !== 'object' || value === null || isRaw(value));

function remove(parent: Place['parent'], key: string): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

/** Another value of the same kind, as a client would send it. */
function similar(value: Json, random: Random): Json {
  if (typeof value === 'string') return random.pick([value, value, `${value} `, '', 'unseen', 'é']);
  if (typeof value === 'boolean') return !value;
  if (value === null || !isRaw(value)) return value;
  const number = Number(value.raw);
  if (/^-?\d+$/.test(value.raw)) return { raw: String(Math.trunc(number) + random.below(7) - 3) };
  const moved = number * (0.5 + random.next()) + (random.next() - 0.5);
  return {
    raw: random.pick([moved.toFixed(3), String(moved), value.raw, '0.0', `-${Math.abs(moved)}`]),
  };
}

const ODD = [
  'null',
  'NaN',
  'Infinity',
  '1',
  '0.5',
  '1e39',
  '-1e300',
  '"text"',
  '[]',
  '{}',
  'true',
  '9007199254740993',
];
