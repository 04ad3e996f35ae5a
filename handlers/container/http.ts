import { containerAddress, serveContainer } from '../../src/adapters/node/container.ts';
import { readServedConfiguration } from '../../src/config/environment.ts';
import { openEndpoint } from '../../src/endpoint/open-endpoint.ts';
import { createLog } from '../../src/log.ts';
import { createLogTelemetry } from '../../src/log-telemetry.ts';

async function run(): Promise<void> {
  const configuration = readServedConfiguration(process.env);
  const log = createLog({ level: configuration.logLevel ?? 'info' });
  const { threads = 0 } = configuration;
  const telemetry = createLogTelemetry(log);
  const endpoint = await openEndpoint({ configuration, log, telemetry, threads });
  // A registry that is down must not end the container: the first request tries again.
  await endpoint.preload().catch((error: Error) => log.error(error.message));
  await serveContainer({
    answer: endpoint.answer,
    ...containerAddress(process.env),
    maxBodyBytes: configuration.limits.maxBodyBytes,
    requestTimeoutMs: configuration.timeoutMs,
    log,
    close: () => endpoint.close(),
  });
}

/** A wrong setting, or a port that is taken: one line for whoever reads the container's log, and no source. */
run().catch((error: Error) => {
  createLog().error(error.message);
  process.exitCode = 1;
});
