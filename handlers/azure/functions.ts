import { app, type HttpHandler } from '@azure/functions';
import { createAzureHandler } from '../../src/adapters/azure/http-handler.ts';
import { registerEndpoint } from '../../src/adapters/azure/register-endpoint.ts';
import { requireToken } from '../../src/adapters/azure/require-token.ts';
import { preloadWithin } from '../../src/adapters/preload-within.ts';
import { readAzureConfiguration } from '../../src/config/azure-configuration.ts';
import { readServedConfiguration } from '../../src/config/environment.ts';
import { openEndpoint } from '../../src/endpoint/open-endpoint.ts';
import { createLog, type Log } from '../../src/log.ts';
import { createLogTelemetry } from '../../src/log-telemetry.ts';
import { createTokenVerifier } from '../../src/tokens/verify-token.ts';

/** Many requests at once come to one process: models compute in threads, unless somebody says otherwise. */
const environment = { MLFLOW_SERVERLESS_THREADS: 'auto', ...process.env };

/** A host that finds no functions says only that; so they are registered whatever is wrong, and say it themselves. */
function readOr<T>(read: () => T, otherwise: (error: unknown) => T): T {
  try {
    return read();
  } catch (error) {
    return otherwise(error);
  }
}

const door = readOr(
  () => {
    const configuration = readServedConfiguration(environment);
    const log = createLog({ level: configuration.logLevel ?? 'info' });
    return open(readAzureConfiguration(environment), configuration, log);
  },
  (error) => closed(error),
);

function open(
  { authLevel, tokens, routePrefix }: ReturnType<typeof readAzureConfiguration>,
  configuration: ReturnType<typeof readServedConfiguration>,
  log: Log,
) {
  const endpoint = openEndpoint({ configuration, log, telemetry: createLogTelemetry(log) });
  const { maxBodyBytes } = configuration.limits;
  const handler = endpoint.then(({ answer }) => {
    const guarded = tokens ? requireToken(answer, createTokenVerifier(tokens), log) : answer;
    return createAzureHandler(guarded, { routePrefix, maxBodyBytes });
  });
  return { authLevel, handler, preload: async () => (await endpoint).preload() };
}

/** The endpoint is not set up: every call is a 500, and the log says why. */
function closed(error: unknown) {
  const log = createLog();
  const answer = (): Promise<never> => {
    log.error('the endpoint is not set up', { error });
    return Promise.reject(error);
  };
  const handler = Promise.resolve(
    createAzureHandler(answer, { routePrefix: '', maxBodyBytes: Number.POSITIVE_INFINITY }),
  );
  return { authLevel: 'function', handler, preload: answer } as const;
}

const handler: HttpHandler = async (request, context) => (await door.handler)(request, context);
registerEndpoint(app, handler, door.authLevel);
app.hook.appStart(() => preloadWithin(door.preload));
