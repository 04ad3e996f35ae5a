import { ServingError } from '../errors.ts';
import { isRecord } from './rest-fields.ts';

/** What is being read, for messages. */
export interface JsonSource {
  /** `alias "champion" of model "wine"` */
  readonly what: string;
  /** What to do when it is malformed. */
  readonly remedy: string;
}

/** The cause of an error about an object that is there and is not what it should be. */
class MalformedObject extends Error {
  override readonly name = 'MalformedObject';
}

/** Whether an object was read, and was not what it should be; asking again does not help. */
export const isMalformed = (error: unknown): error is ServingError =>
  error instanceof ServingError && error.cause instanceof MalformedObject;

/**
 * An object of the published layout, as JSON.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE for anything but a JSON object in UTF-8
 */
export function parseJsonObject(bytes: Uint8Array, source: JsonSource): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isRecord(value)) return value;
  } catch (cause) {
    throw malformedObject(source, 'it is not JSON in UTF-8', cause);
  }
  throw malformedObject(source, 'it is not a JSON object');
}

export const malformedObject = (
  { what, remedy }: JsonSource,
  fault: string,
  cause?: unknown,
): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `${what} in the published registry is malformed: ${fault}; ${remedy}`,
    { cause: new MalformedObject(fault, { cause }) },
  );
