import type { HttpHandler } from '@azure/functions';
import type { Log } from '../../log.ts';
import type { FunctionApp } from './register-endpoint.ts';

/** Something that runs by the clock. */
export type Scheduled = (options: { readonly signal: AbortSignal }) => Promise<void>;

export interface EventsFunctionOptions {
  readonly handler: HttpHandler;
  /** Brings the published registry in step, for webhooks that never came. */
  readonly followAll: Scheduled;
  readonly log: Log;
}

/** Ten minutes are long for somebody who waits, and short for a webhook that was lost. @see NCRONTAB */
const SCHEDULE = '0 */10 * * * *';
const CALL_MS = 9 * 60_000;

/**
 * Register what MLflow's webhooks call, and what runs by the clock in case they do not.
 *
 * No key: MLflow signs what it sends, and cannot send one.
 */
export function registerEvents(
  app: Pick<FunctionApp, 'http' | 'timer'>,
  { handler, followAll, log }: EventsFunctionOptions,
): void {
  app.http('registry-events', {
    route: 'registry-events',
    methods: ['POST'],
    authLevel: 'anonymous',
    handler,
  });
  app.timer('registry-follow', {
    schedule: SCHEDULE,
    handler: async () => {
      try {
        await followAll({ signal: AbortSignal.timeout(CALL_MS) });
      } catch (error) {
        log.error('the registry could not be followed; it is tried again', { error });
        throw error;
      }
    },
  });
}
