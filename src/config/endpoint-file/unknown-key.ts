import { findNearestName } from './nearest-name.ts';

/** Reads after the mapping's name: what its keys are, or which one was meant. */
export function describeUnknownKey(key: string, known: readonly string[]): string {
  const nearest = findNearestName(key, known);
  return nearest === undefined
    ? `; it knows ${known.filter((name) => !name.startsWith('$')).join(', ')}`
    : `: did you mean "${nearest}"?`;
}
