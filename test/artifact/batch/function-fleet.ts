import { failure } from '../../helpers/asl/errors.ts';
import type { RestartedInstance } from './instance.ts';

/** A function, with as many instances as it is called at once. */
export interface Fleet {
  /** Rejects as Step Functions sees it: with the name of what the function threw, and its error as JSON. */
  invoke(event: unknown): Promise<unknown>;
  /** The most instances that were at work at once. */
  readonly most: number;
  /** What calls failed with, in their order. */
  readonly errors: readonly string[];
}

/** A call that is under way. */
export interface Call {
  readonly event: unknown;
  /** Of its instance. */
  kill(): Promise<void>;
}

/** Sees each call before it begins; what it throws is thrown instead of calling. */
export type Watch = (call: Call) => void | Promise<void>;

/** Lambda's own part: an idle instance gets the call, or a new one is started; the death of an instance is an error of the call. */
export function createFleet(start: () => RestartedInstance, watch: Watch = () => {}): Fleet {
  const idle: RestartedInstance[] = [];
  let busy = 0;
  let most = 0;
  const errors: string[] = [];
  return {
    errors,
    get most() {
      return most;
    },
    async invoke(event) {
      const instance = idle.pop() ?? start();
      busy += 1;
      most = Math.max(most, busy);
      try {
        await watch({ event, kill: () => instance.kill() });
        const { kind, body } = await instance.invoke(event).catch(exited);
        if (kind === 'response') return body;
        const { errorType } = body as { errorType: string };
        errors.push(errorType);
        throw failure(errorType, JSON.stringify(body));
      } finally {
        busy -= 1;
        idle.push(instance);
      }
    },
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
const exited = ({ message }: Error) => {
  const body = { errorType: 'Runtime.ExitError', errorMessage: message };
  return { kind: 'error' as const, body };
};
