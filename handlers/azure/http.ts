import { app, type HttpHandler } from '@azure/functions';
import { createAzureHandler } from '../../src/adapters/azure/http-handler.ts';
import { registerEndpoint } from '../../src/adapters/azure/register-endpoint.ts';
import { requireToken } from '../../src/adapters/azure/require-token.ts';
import { preloadWithin } from '../../src/adapters/preload-within.ts';
import { readAzureConfiguration } from '../../src/config/azure-configuration.ts';
import { type Environment, readServedConfiguration } from '../../src/config/environment.ts';
import { openEndpoint } from '../../src/endpoint/open-endpoint.ts';
import { createLog } from '../../src/log.ts';
import { createLogTelemetry } from '../../src/log-telemetry.ts';
import { createTokenVerifier } from '../../src/tokens/verify-token.ts';

/**
 * The endpoint. A host that finds no functions says only that: so they are registered whatever is wrong with the settings, and the
 * answers and the log say it.
 */
export function registerHttpFunctions(variables: Environment): void {
  // Many requests at once come to one process: models compute in threads, unless somebody says otherwise.
  const door = openDoor({ MLFLOW_SERVERLESS_THREADS: 'auto', ...variables });
  const handler: HttpHandler = async (request, context) => (await door.handler)(request, context);
  registerEndpoint(app, handler, door.authLevel);
  app.hook.appStart(() => preloadWithin(door.preload));
}

function openDoor(environment: Environment) {
  try {
    const configuration = readServedConfiguration(environment);
    const { authLevel, tokens, routePrefix } = readAzureConfiguration(environment);
    const log = createLog({ level: configuration.logLevel ?? 'info' });
    const endpoint = openEndpoint({ configuration, log, telemetry: createLogTelemetry(log) });
    const { maxBodyBytes } = configuration.limits;
    const handler = endpoint.then(({ answer }) => {
      const guarded = tokens ? requireToken(answer, createTokenVerifier(tokens), log) : answer;
      return createAzureHandler(guarded, { routePrefix, maxBodyBytes });
    });
    handler.catch((error: unknown) => log.error('the endpoint cannot be opened', { error }));
    return { authLevel, handler, preload: async () => (await endpoint).preload() };
  } catch (error) {
    return closedDoor(error);
  }
}

/** The endpoint is not set up: every call is refused, and the log says why. */
function closedDoor(error: unknown) {
  const log = createLog();
  const refuse = (): Promise<never> => {
    log.error('the endpoint is not set up', { error });
    return Promise.reject(error);
  };
  const limits = { routePrefix: '', maxBodyBytes: Number.POSITIVE_INFINITY };
  const handler = Promise.resolve(createAzureHandler(refuse, limits));
  return { authLevel: 'function', handler, preload: refuse } as const;
}
