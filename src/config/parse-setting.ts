/** Texts of settings → values; `undefined` for a text that is not one. Blanks around it do not count. */

export const parseText = (text: string): string | undefined => text.trim() || undefined;

/** `a, b` → `['a', 'b']` */
export function parseNames(text: string): readonly string[] | undefined {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length > 0 ? names : undefined;
}

/** Names of environment variables; `A=1` is none. */
export function parseVariableNames(text: string): readonly string[] | undefined {
  const names = parseNames(text);
  return names?.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) ? names : undefined;
}

/** `a b,c` → `['a', 'b', 'c']` */
export const parseScopes = (text: string): readonly string[] | undefined =>
  parseNames(text.replaceAll(/\s+/g, ','));

/** The parser of a word out of a list. */
export const oneOf =
  <const T extends string>(words: readonly T[]) =>
  (text: string): T | undefined =>
    words.find((word) => word === text.trim().toLowerCase());

/** As MLflow reads its own flags. @see mlflow/environment_variables.py, `_BooleanEnvironmentVariable` */
export function parseFlag(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : undefined;
}

export const parseHttpsUrl = (text: string): string | undefined =>
  URL.parse(text.trim())?.protocol === 'https:' ? text.trim() : undefined;

const PUBLISH_ON = ['alias', 'version', 'tag'] as const;

export function parsePublishOn(text: string): ReadonlySet<(typeof PUBLISH_ON)[number]> | undefined {
  const names = parseNames(text.toLowerCase()) ?? [];
  const known = PUBLISH_ON.filter((name) => names.includes(name));
  return known.length > 0 && known.length === new Set(names).size ? new Set(known) : undefined;
}

/** A whole number from 1 up. */
export function parseCount(text: string): number | undefined {
  const value = wholeNumber(text);
  return value !== undefined && value > 0 ? value : undefined;
}

/** A whole number from 0 to what a process can hold, or `auto`. */
export function parseThreads(text: string): number | 'auto' | undefined {
  if (text.trim().toLowerCase() === 'auto') return 'auto';
  const value = wholeNumber(text);
  return value !== undefined && value <= MAX_THREADS ? value : undefined;
}

/** A number from 0 to 1. */
export function parseRatio(text: string): number | undefined {
  const ratio = text.trim() === '' ? Number.NaN : Number(text);
  return ratio >= 0 && ratio <= 1 ? ratio : undefined;
}

export function parsePort(text: string): number | undefined {
  const value = wholeNumber(text);
  return value !== undefined && value <= 65_535 ? value : undefined;
}

/** Seconds → ms, at least 1. */
export function parseSeconds(text: string): number | undefined {
  if (!/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  const ms = Math.round(Number(text) * 1000);
  return ms > 0 && ms <= LONGEST_TIMER_MS ? ms : undefined;
}

/** `1000000`, `512MiB`, `1.5 GB` → bytes. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = BYTES_BY_UNIT[unit.toLowerCase()];
  if (number === undefined || factor === undefined) return undefined;
  const bytes = Math.floor(Number(number) * factor);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Node's timers hold 31 bits; ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const MAX_THREADS = 256;

const BYTES_BY_UNIT: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

function wholeNumber(text: string): number | undefined {
  if (!/^\s*\d+\s*$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
