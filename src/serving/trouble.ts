import { ServingError } from '../errors.ts';
import { versionKey } from './model-version.ts';
import type { Run } from './refresh-run.ts';
import { ABSENT, openSlotOf, type Route } from './route.ts';

/** What is to blame when the registry answered; undefined when the registry itself failed. */
export function troubleOf(run: Run, error: unknown): string | undefined {
  if (run.found !== undefined) return versionKey(run.found);
  const isAbsent = error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST';
  return isAbsent ? ABSENT : undefined;
}

/** True while a good model serves and this was reported as no good a short while ago. */
export const isKnownTrouble = (route: Route, what: string, nowMs: number): boolean =>
  route.trouble?.what === what && nowMs < route.trouble.untilMs && openSlotOf(route) !== undefined;
