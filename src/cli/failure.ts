import { ServingError } from '../errors.ts';

/** Exit codes of every command. */
export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** The command line or the environment is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A file of the user's has faults: one line for each, as editors and terminals find them. */
export class FaultyFile extends UsageError {
  constructor(path: string, faults: string, options?: ErrorOptions) {
    super(`${path} has faults\n${faults}`, options);
  }
}

/** Where `serve` wanted to listen; for the message when it cannot. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * One line that says what went wrong and what to do; never a stack.
 *
 * @param address given where a server was to be started
 */
export function failureLine(error: unknown, address?: ListenAddress): string {
  if (error instanceof ServingError) return oneLine(error.message);
  const { code } = error as NodeJS.ErrnoException;
  if (address && code !== undefined && LISTEN_PROBLEMS[code]) {
    return LISTEN_PROBLEMS[code](address);
  }
  return oneLine(error instanceof Error ? error.message : String(error));
}

const LISTEN_PROBLEMS: Readonly<Record<string, (address: ListenAddress) => string>> = {
  EADDRINUSE: ({ host, port }) =>
    `port ${port} of ${host} is in use: stop what listens there, or choose another port with -p`,
  EACCES: ({ port }) =>
    `port ${port} needs rights that this user does not have: choose one above 1023 with -p`,
  EADDRNOTAVAIL: ({ host }) => `${host} is not an address of this machine: choose another with -h`,
  ENOTFOUND: ({ host }) => `there is no host ${host}: choose another with -h`,
};

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();

/** Print the failure on standard error, with its stack when `MLFLOW_SERVERLESS_DEBUG` is set. */
export function printFailure(error: unknown, address?: ListenAddress): void {
  const text = error instanceof FaultyFile ? error.message : failureLine(error, address);
  process.stderr.write(`mlflow-serverless: ${text}\n`);
  if (process.env['MLFLOW_SERVERLESS_DEBUG'] === '1') console.error(error);
}
