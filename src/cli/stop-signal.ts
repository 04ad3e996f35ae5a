import { EXIT } from './failure.ts';

/**
 * One ctrl-C may arrive several times: from the terminal, from npm, from the primary process. Only
 * what comes later than this is a person who has lost patience; ms.
 */
const ECHO_MS = 500;

export interface StopSignalOptions {
  /** @default ends the process - what a second signal does */
  readonly onImpatience?: () => void;
}

/** Wait for ctrl-C, for `kill`, or for the end of the parent process. */
export function stopSignal(options: StopSignalOptions = {}): Promise<void> {
  const { onImpatience = () => process.exit(EXIT.interrupted) } = options;
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    const onSignal = (): void => {
      askedAtMs ??= performance.now();
      if (performance.now() - askedAtMs > ECHO_MS) onImpatience();
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    process.on('disconnect', resolve);
  });
}
