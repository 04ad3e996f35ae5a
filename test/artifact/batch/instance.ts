import { once } from 'node:events';
import { type LambdaOptions, type LambdaProcess, startLambda } from '../lambda-process.ts';
import type { Instance } from './event-source.ts';

export interface RestartedInstance extends Instance {
  /** Started when it is first needed. */
  process(): Promise<LambdaProcess>;
  log(): string;
  /** As the platform ends an execution environment: nothing in it hears of it. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** An execution environment: one that ended or ran out of time is followed by a new one at the next invocation, as Lambda does. */
export function createInstance(
  options: LambdaOptions,
  { timeoutMs = 60_000 } = {},
): RestartedInstance {
  let running: Promise<LambdaProcess> | undefined;
  let logs = '';
  const process = () => {
    running ??= startLambda(options);
    return running;
  };
  const stop = async () => {
    const current = await running;
    running = undefined;
    await current?.stop();
    logs += current?.log() ?? '';
  };
  return {
    process,
    stop,
    log: () => logs,
    async kill() {
      const { child } = await process();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async invoke(event) {
      const current = await process();
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('the function ran out of time')), timeoutMs);
      });
      try {
        return await Promise.race([current.invoke(event, { timeoutMs }), timeout]);
      } catch (error) {
        await stop();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
