import { type ErrorCode, ServingError } from '../errors.ts';
import type { Following } from './following.ts';

const FINAL_CODES: readonly ErrorCode[] = [
  'INVALID_PARAMETER_VALUE',
  'NOT_IMPLEMENTED',
  'RESOURCE_ALREADY_EXISTS',
  'RESOURCE_DOES_NOT_EXIST',
];

/** Of publishing: what another try will not mend, as the version itself is at fault. */
const isFinal = (error: unknown): error is ServingError =>
  error instanceof ServingError && FINAL_CODES.includes(error.code);

const refusals = new WeakSet<ServingError>();

/**
 * Whether `error` is `rememberRefused`'s word on a version.
 *
 * The same codes from MLflow, from a secret or from the bucket mean that something is set up wrongly, which
 * must not go unnoticed.
 */
export const isRefusedVersion = (error: unknown): boolean =>
  error instanceof ServingError && refusals.has(error);

/** Somebody may have mended the version's files after all; ms. */
const REMEMBERED_MS = 60 * 60_000;

/**
 * The same, but a version that cannot be published is not fetched and tried again at every schedule.
 *
 * @param now ms since epoch
 */
export function rememberRefused(
  publish: Following['publish'],
  now: () => number = Date.now,
): Following['publish'] {
  const refused = new Map<string, { readonly error: unknown; readonly untilMs: number }>();
  return async (name, version, options) => {
    const key = `${name}/${version}`;
    const known = refused.get(key);
    if (known !== undefined && now() < known.untilMs) throw known.error;
    refused.delete(key);
    try {
      await publish(name, version, options);
    } catch (error) {
      if (isFinal(error)) {
        refusals.add(error);
        refused.set(key, { error, untilMs: now() + REMEMBERED_MS });
      }
      throw error;
    }
  };
}
