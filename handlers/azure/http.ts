import { availableParallelism } from 'node:os';
import { app } from '@azure/functions';
import { createAzureHandler } from '../../src/adapters/azure/http-handler.ts';
import { createLateDoor } from '../../src/adapters/azure/late-door.ts';
import { registerEndpoint } from '../../src/adapters/azure/register-endpoint.ts';
import { requireToken } from '../../src/adapters/azure/require-token.ts';
import { preloadWithin } from '../../src/adapters/preload-within.ts';
import {
  findAzureConfiguration,
  readAzureConfiguration,
} from '../../src/config/azure-configuration.ts';
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
  const door = createLateDoor(() => openDoor(variables), createLog());
  const { authLevel = 'function', isStreamed = false } = findAzureConfiguration(variables) ?? {};
  app.setup({ enableHttpStream: isStreamed });
  registerEndpoint(app, door.handler, authLevel);
  app.hook.appStart(() => preloadWithin(async () => (await door.open()).preload()));
}

async function openDoor(environment: Environment) {
  const configuration = readServedConfiguration(environment);
  const { tokens, routePrefix, isStreamed } = readAzureConfiguration(environment);
  const log = createLog({ level: configuration.logLevel ?? 'info' });
  const telemetry = createLogTelemetry(log);
  // Many requests at once come to one process: models compute in threads, unless somebody says otherwise.
  const { threads = availableParallelism() } = configuration;
  const endpoint = await openEndpoint({ configuration, log, telemetry, threads });
  const { maxBodyBytes } = configuration.limits;
  return {
    handler: createAzureHandler(endpoint.answer, {
      ...{ routePrefix, maxBodyBytes, isStreamed },
      ...(tokens && { findRefusal: requireToken(createTokenVerifier(tokens), log) }),
    }),
    preload: () => endpoint.preload(),
  };
}
