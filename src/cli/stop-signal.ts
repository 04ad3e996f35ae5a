import { EXIT } from './failure.ts';

/**
 * Wait for ctrl-C, `kill`, or the end of the parent process; a second signal ends the process at once.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    const onSignal = (): void => {
      if (isAsked) process.exit(EXIT.interrupted);
      isAsked = true;
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    process.on('disconnect', resolve);
  });
}
