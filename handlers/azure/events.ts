import { app } from '@azure/functions';
import { createAzureHandler } from '../../src/adapters/azure/http-handler.ts';
import { createLateDoor } from '../../src/adapters/azure/late-door.ts';
import { registerEvents } from '../../src/adapters/azure/register-events.ts';
import { checkReferences, readAzureConfiguration } from '../../src/config/azure-configuration.ts';
import type { Environment } from '../../src/config/environment.ts';
import { readEventsConfiguration } from '../../src/config/events-configuration.ts';
import { openRegistryEvents } from '../../src/endpoint/open-registry-events.ts';
import { createLog, type Log } from '../../src/log.ts';
import { createWebhookSecrets } from '../../src/secrets/webhook-secrets.ts';

const MAX_BODY_BYTES = 2 ** 20;

/** MLflow's webhooks: the alias moves there, and the published registry follows. */
export function registerEventFunctions(variables: Environment): void {
  const log = createLog();
  const door = createLateDoor(() => openDoor(variables, log), log);
  registerEvents(app, {
    log,
    handler: door.handler,
    followAll: async (work) => (await door.open()).followAll(work),
  });
}

async function openDoor(variables: Environment, log: Log) {
  checkReferences(variables);
  const configuration = readEventsConfiguration(variables);
  const { routePrefix, isStreamed } = readAzureConfiguration(variables);
  const { webhookSecret: local } = configuration;
  const webhookSecrets = local ? async () => [local] : createWebhookSecrets(variables);
  const events = await openRegistryEvents({ configuration, log, webhookSecrets });
  const options = { routePrefix, isStreamed, maxBodyBytes: MAX_BODY_BYTES };
  return { handler: createAzureHandler(events.answer, options), followAll: events.followAll };
}
