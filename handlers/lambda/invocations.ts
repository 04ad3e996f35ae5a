import { createLambdaHandler, type LambdaHandler } from '../../src/adapters/aws/lambda-handler.ts';
import { preloadWithin } from '../../src/adapters/preload-within.ts';
import { readServedConfiguration } from '../../src/config/environment.ts';
import { openEndpoint } from '../../src/endpoint/open-endpoint.ts';
import { createLog } from '../../src/log.ts';
import { createLogTelemetry } from '../../src/log-telemetry.ts';

const configuration = readServedConfiguration(process.env);
const log = createLog({ level: configuration.logLevel ?? 'info' });
const endpoint = openEndpoint({ configuration, log, telemetry: createLogTelemetry(log) });
const opened = endpoint.then(({ answer }) => createLambdaHandler(answer));

export const handler: LambdaHandler = async (event, context) => (await opened)(event, context);

/**
 * The runtime imports this module with `await import()`, which waits for a `then`: so the model is
 * opened in the init phase. Top-level await does the same, but a CommonJS bundle cannot have it.
 */
export function then(
  resolve: (module: { handler: LambdaHandler }) => void,
  reject: (error: unknown) => void,
): void {
  preloadWithin(async () => (await endpoint).preload())
    .then(() => opened)
    .then((direct) => resolve({ handler: direct }), reject);
}
