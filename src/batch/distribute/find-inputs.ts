import { ServingError } from '../../errors.ts';
import type { BatchOptions } from '../batch-options.ts';
import { resolveOptions } from '../job/resolve-options.ts';
import { isHidden } from './is-hidden.ts';
import type { PlannedInput } from './planned-run.ts';
import type { BatchRunRequest } from './run-request.ts';
import type { RunStores } from './run-stores.ts';

/**
 * The files that a run is asked to score, by their URIs.
 *
 * Below a prefix, hidden files are left out.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when there are none; INVALID_PARAMETER_VALUE when the names of some say no format;
 *   what the stores throw
 */
export async function findInputs(
  { input, versionId, options = {} }: BatchRunRequest,
  stores: Pick<RunStores, 'openInput' | 'listInputs'>,
): Promise<PlannedInput[]> {
  if (!input.endsWith('/')) {
    const { uri, key, etag, sizeBytes } = await stores.openInput({
      uri: input,
      ...(versionId && { versionId }),
    });
    return [{ uri, key, etag, sizeBytes, ...(versionId && { versionId }) }];
  }
  const listed = await stores.listInputs(input);
  const found = listed.filter(
    ({ uri, key }) => !isHidden(uri.startsWith(input) ? uri.slice(input.length) : key),
  );
  if (found.length === 0) {
    throw new ServingError(
      'RESOURCE_DOES_NOT_EXIST',
      `there are no files below ${input}; names that begin with "_" or "." are left out`,
    );
  }
  checkFormats(found, options);
  return found.toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
}

/** All of them are looked at, so that one try finds every file that does not belong there. */
function checkFormats(inputs: readonly PlannedInput[], options: BatchOptions): void {
  const failures = inputs.flatMap(({ uri }) => {
    try {
      resolveOptions(uri, options);
      return [];
    } catch (cause) {
      return [{ uri, cause }];
    }
  });
  const [first] = failures;
  if (first === undefined) return;
  const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${first.uri}${more}: ${(first.cause as Error).message}`,
    { cause: first.cause },
  );
}
