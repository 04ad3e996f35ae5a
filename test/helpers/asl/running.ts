import type { Context } from './paths.ts';

/** The AWS services that tasks call. What they reject with has the error's name as ASL sees it, and its message as the cause. */
export interface Services {
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  sendMessage(parameters: Readonly<Record<string, unknown>>): Promise<unknown>;
  getObject(bucket: string, key: string): Promise<Buffer>;
  putObject(bucket: string, key: string, text: string): Promise<void>;
}

export interface RunOptions {
  readonly services: Services;
  /** @default 'run' */
  readonly name?: string;
  /** How long a second of a retrier takes; ms. @default 0 */
  readonly secondMs?: number;
  /** How long a second of a time-out takes; ms. @default 1,000 */
  readonly timeoutSecondMs?: number;
}

/** An execution that is under way. */
export interface Running extends RunOptions {
  readonly context: Context;
  /** Names of the states it came through. */
  readonly visited: string[];
}
