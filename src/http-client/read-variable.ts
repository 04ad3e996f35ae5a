import { ServingError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {ServingError} INVALID_PARAMETER_VALUE for anything but true, false, 1 and 0, in any case */
export function readBoolean(environment: Environment, name: string, fallback: boolean): boolean {
  const text = environment[name]?.trim().toLowerCase();
  if (!text) return fallback;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw invalid(`${name} must be true, false, 1 or 0`);
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE for anything but a whole number of `least` or more */
export function readWholeNumber(
  environment: Environment,
  name: string,
  { fallback, least = 0 }: { readonly fallback: number; readonly least?: number },
): number {
  const text = environment[name]?.trim();
  if (!text) return fallback;
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw invalid(`${name} must be a whole number of ${least} or more`);
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE for anything but a number of 0 or more */
export function readNumber(environment: Environment, name: string, fallback: number): number {
  const text = environment[name]?.trim();
  if (!text) return fallback;
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw invalid(`${name} must be a number of 0 or more`);
}

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
