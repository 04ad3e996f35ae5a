import { ServingError } from '../errors.ts';
import { removalKey } from '../registry/published-layout.ts';

/** What could not be published, and where. */
export interface RefusedVersion {
  readonly name: string;
  readonly version: string;
  /** The root as it was named. */
  readonly registry: string;
}

export const alreadyThere = (
  { name, version, registry }: RefusedVersion,
  difference: string,
): ServingError =>
  new ServingError(
    'RESOURCE_ALREADY_EXISTS',
    `version ${version} of model "${name}" is published in ${registry} already, with other files (${difference}); a published version never changes: register the model as a new version and publish that`,
  );

export const beingRemoved = ({ name, version, registry }: RefusedVersion): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `version ${version} of model "${name}" is being removed from ${registry} by prune; publish it again afterwards (or, when that prune was killed, delete ${removalKey(name, version)} first)`,
  );

export const removedMeanwhile = ({ name, version }: RefusedVersion): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `version ${version} of model "${name}" was published by another and removed again meanwhile; publish it again`,
  );

export function cannotAnswer({ name, version }: RefusedVersion, reason: unknown): ServingError {
  const why = reason instanceof Error ? reason.message : String(reason);
  return new ServingError(
    'INVALID_PARAMETER_VALUE',
    `version ${version} of model "${name}" cannot answer its own input example: ${why}; log it with an example that it can answer, or allow the failing one (--allow-failing-example)`,
    { cause: reason },
  );
}

/** A conversion that is made again need not give the same bytes. */
export const cannotRepair = (
  { name, version, registry }: RefusedVersion,
  difference: string,
): ServingError =>
  new ServingError(
    'RESOURCE_ALREADY_EXISTS',
    `files of version ${version} of model "${name}" have gone from ${registry}, and converting it again does not give the same ones (${difference}); register the model as a new version and publish that`,
  );
