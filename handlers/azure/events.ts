import { app } from '@azure/functions';
import { createAzureHandler } from '../../src/adapters/azure/http-handler.ts';
import { toAzureResponse } from '../../src/adapters/azure/http-messages.ts';
import { registerEvents } from '../../src/adapters/azure/register-events.ts';
import { readAzureConfiguration } from '../../src/config/azure-configuration.ts';
import type { Environment } from '../../src/config/environment.ts';
import { readEventsConfiguration } from '../../src/config/events-configuration.ts';
import { openRegistryEvents } from '../../src/endpoint/open-registry-events.ts';
import { ServingError } from '../../src/errors.ts';
import { errorResponse } from '../../src/http/error-response.ts';
import { createLog } from '../../src/log.ts';
import { onceUnlessFailed } from '../../src/once.ts';

const MAX_BODY_BYTES = 2 ** 20;

/** MLflow's webhooks: the alias moves there, and the published registry follows. */
export function registerEventFunctions(variables: Environment): void {
  const log = createLog();
  const open = onceUnlessFailed(async () => {
    const configuration = readEventsConfiguration(variables);
    const { routePrefix } = readAzureConfiguration(variables);
    const secret = configuration.webhookSecret ?? throwNoSecret();
    const events = await openRegistryEvents({
      ...{ configuration, log },
      webhookSecrets: async () => [secret],
    });
    const options = { routePrefix, maxBodyBytes: MAX_BODY_BYTES };
    return { ...events, handler: createAzureHandler(events.answer, options) };
  });
  registerEvents(app, {
    log,
    handler: async (request, context) => {
      try {
        return (await open()).handler(request, context);
      } catch (error) {
        log.error('webhooks cannot be taken', { error });
        return toAzureResponse(errorResponse(error), request.method);
      }
    },
    followAll: async (work) => (await open()).followAll(work),
  });
}

/** On Azure the setting is a reference to Key Vault, which the platform resolves. */
function throwNoSecret(): never {
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'MLFLOW_SERVERLESS_WEBHOOK_SECRET is not set: expected the secret that MLflow signs its webhooks with, by a Key Vault reference',
  );
}
