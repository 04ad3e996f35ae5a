import { app } from '@azure/functions';
import { createAzureHandler } from '../../src/adapters/azure/http-handler.ts';
import { createLateDoor } from '../../src/adapters/azure/late-door.ts';
import { registerEvents } from '../../src/adapters/azure/register-events.ts';
import { checkReferences, readAzureConfiguration } from '../../src/config/azure-configuration.ts';
import type { Environment } from '../../src/config/environment.ts';
import { readEventsConfiguration } from '../../src/config/events-configuration.ts';
import { openRegistryEvents } from '../../src/endpoint/open-registry-events.ts';
import { ServingError } from '../../src/errors.ts';
import { createLog, type Log } from '../../src/log.ts';

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
  const { routePrefix } = readAzureConfiguration(variables);
  const secret = configuration.webhookSecret ?? throwNoSecret();
  const webhookSecrets = async () => [secret];
  const events = await openRegistryEvents({ configuration, log, webhookSecrets });
  const options = { routePrefix, maxBodyBytes: MAX_BODY_BYTES };
  return { handler: createAzureHandler(events.answer, options), followAll: events.followAll };
}

/** On Azure the setting is a reference to Key Vault, which the platform resolves. */
function throwNoSecret(): never {
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'MLFLOW_SERVERLESS_WEBHOOK_SECRET is not set: expected the secret that MLflow signs its webhooks with, by a Key Vault reference',
  );
}
