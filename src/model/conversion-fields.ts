import { ServingError } from '../errors.ts';
import { CONVERSION_FILE } from './conversion.ts';
import { findDtype } from './numpy-dtype.ts';

/** One object of a conversion.json, not yet checked. */
export type Settings = Readonly<Record<string, unknown>>;

/** @throws {ServingError} INVALID_PARAMETER_VALUE for a key that this release does not know */
export function checkKeys(map: Settings, where: string, known: readonly string[]): void {
  const odd = Object.keys(map).find((key) => !known.includes(key));
  if (odd !== undefined) throw invalid(path(where, odd.slice(0, 80)), 'is not known');
}

export function checkDtype(map: Settings, where: string): void {
  const dtype = textAt(map, 'dtype', where);
  if (findDtype(dtype) !== dtype) throw invalid(path(where, 'dtype'), 'must be a name of numpy');
}

export function checkFlag(map: Settings, key: string): void {
  if (typeof map[key] !== 'boolean') throw invalid(key, 'must be true or false');
}

export function textAt(map: Settings, key: string, where: string): string {
  const value = map[key];
  if (isText(value)) return value;
  throw invalid(path(where, key), 'must be a text');
}

export function listAt(map: Settings, key: string, where: string): readonly unknown[] {
  const value = map[key];
  if (Array.isArray(value)) return value;
  throw invalid(path(where, key), 'must be a list');
}

export function choiceAt<T extends string>(
  map: Settings,
  key: string,
  where: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === map[key]);
  if (found !== undefined) return found;
  throw invalid(path(where, key), `must be one of ${choices.join(', ')}`);
}

export function asMap(value: unknown, where: string): Settings {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Settings;
  }
  throw invalid(where || 'its top', 'must be an object');
}

export const isText = (value: unknown): value is string => typeof value === 'string';

const path = (where: string, key: string): string => (where ? `${where}.${key}` : key);

/** A file that no release wrote, or an edited one. */
export const invalid = (key: string, problem: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${CONVERSION_FILE}: ${key} ${problem}; convert the model again`,
  );
