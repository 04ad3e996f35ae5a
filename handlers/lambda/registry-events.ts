import {
  createEventsLambdaHandler,
  type EventsLambdaHandler,
} from '../../src/adapters/aws/events-handler.ts';
import { preloadWithin } from '../../src/adapters/preload-within.ts';
import { readEventsConfiguration } from '../../src/config/events-configuration.ts';
import { openRegistryEvents } from '../../src/endpoint/open-registry-events.ts';
import { createLog } from '../../src/log.ts';
import { createWebhookSecrets } from '../../src/secrets/webhook-secrets.ts';

const configuration = readEventsConfiguration(process.env);
const log = createLog({ level: configuration.logLevel ?? 'info' });
const { webhookSecret: local } = configuration;
const webhookSecrets = local ? async () => [local] : createWebhookSecrets(process.env);
const opened = openRegistryEvents({ configuration, webhookSecrets, log }).then((events) =>
  createEventsLambdaHandler(events, log),
);

export const handler: EventsLambdaHandler = async (event, context) =>
  (await opened)(event, context);

/** As in invocations.ts: the runtime waits for this, so the secret is read in the init phase. */
export function then(
  resolve: (module: { handler: EventsLambdaHandler }) => void,
  reject: (error: unknown) => void,
): void {
  preloadWithin(webhookSecrets)
    .then(() => opened)
    .then((direct) => resolve({ handler: direct }), reject);
}
