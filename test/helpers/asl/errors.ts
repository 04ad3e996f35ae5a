/**
 * What a state fails with: the error's name as ASL sees it, and the cause. Nothing else is ever retried or caught: what the driver
 * does not know, and its own faults, end the test.
 */
export class StateFailure extends Error {
  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

/** What a state fails with; also for the services of a test. */
export const failure = (name: string, cause: string): StateFailure => new StateFailure(name, cause);

/** The error that a definition itself is to blame for; nothing catches it. */
export const runtimeError = (message: string): StateFailure => failure('States.Runtime', message);

/** Of a service: all that it rejects with are failures of its task. */
export const ofService = async <T>(call: Promise<T>): Promise<T> =>
  call.catch((error: Error) => {
    throw failure(error.name, error.message);
  });

/** A state's input or result may have no more; bytes. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MAX_BYTES = 256 * 1024;

/** @throws {StateFailure} States.DataLimitExceeded */
export function checkSize(value: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (bytes <= MAX_BYTES) return;
  throw failure('States.DataLimitExceeded', `${bytes} bytes; a state takes ${MAX_BYTES}`);
}
