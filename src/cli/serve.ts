import { flushCompileCache } from 'node:module';
import type { ServedConfiguration } from '../config/environment.ts';
import {
  type EndpointOptions as OpenEndpointOptions,
  openEndpoint,
} from '../endpoint/open-endpoint.ts';
import { createLog } from '../log.ts';
import { createLogTelemetry } from '../log-telemetry.ts';
import type { LoadedModel } from '../serving/loaded-model.ts';
import type { Telemetry, TelemetryEvent } from '../telemetry.ts';
import { curlLine } from './curl-line.ts';
import { type EndpointOptions, endpointConfiguration } from './endpoint-options.ts';
import { createEnvironmentProgress } from './environment-progress.ts';
import { EXIT, printFailure } from './failure.ts';
import { Interrupted } from './interrupted.ts';
import { orInterrupted } from './or-interrupted.ts';
import { stopSignal } from './stop-signal.ts';

export interface ServeOptions extends EndpointOptions {
  readonly port?: number;
  readonly host?: string;
  /** ms. */
  readonly timeout?: number;
  readonly workers?: number;
}

/** A request under way gets this long to finish when its own time-out is longer; ms. */
const LONGEST_GRACE_MS = 30_000;

/** Compiled code is written down for the next start once the first requests are through; ms. */
const CACHE_FLUSH_MS = 1_000;

/** Serve one model until a signal comes; the model is open before the port is. */
export async function serve(options: ServeOptions): Promise<number> {
  const fromEnvironment = await endpointConfiguration(options, 'serving');
  const configuration = {
    ...fromEnvironment,
    host: options.host ?? fromEnvironment.host,
    port: options.port ?? fromEnvironment.port,
    timeoutMs: options.timeout ?? fromEnvironment.timeoutMs,
  };
  const workers = options.workers ?? configuration.workers;
  if (workers === 1) {
    return serveHere(configuration, stopSignal(), (lines) => process.stdout.write(lines));
  }
  const { isWorker, reportListening, runWorkers } = await import('./workers.ts');
  if (!isWorker()) return runWorkers(workers);
  return serveHere(configuration, stopSignal({ onImpatience: () => {} }), reportListening);
}

/**
 * @param stopping resolves when the server is to finish what it has begun, and end
 * @param onListening receives what is to be printed once requests are answered
 */
async function serveHere(
  configuration: ServedConfiguration,
  stopping: Promise<void>,
  onListening: (lines: string) => void,
): Promise<number> {
  const stop = new AbortController();
  void stopping.then(() => stop.abort(new Interrupted('interrupted')));
  const progress = createEnvironmentProgress();
  try {
    const opening = { signal: stop.signal, onProgress: progress.update };
    const starting = listen(configuration, opening);
    const served = await orInterrupted(starting, stop.signal, progress.isBusy);
    progress.stop();
    onListening(served.banner);
    setTimeout(flushCompileCache, CACHE_FLUSH_MS).unref();
    await stopping;
    await served.server.stop(Math.min(configuration.timeoutMs, LONGEST_GRACE_MS));
    await served.endpoint.close();
    return EXIT.ok;
  } catch (error) {
    progress.stop();
    if (error instanceof Interrupted) return EXIT.interrupted;
    printFailure(error, configuration);
    return EXIT.failure;
  }
}

/** Open the model, then the port: who can connect gets an answer. */
async function listen(
  configuration: ServedConfiguration,
  opening: Pick<OpenEndpointOptions, 'signal' | 'onProgress'>,
) {
  const { host, port, limits, timeoutMs, modelUri } = configuration;
  const log = createLog({ level: configuration.logLevel ?? 'info' });
  const telemetry = createHeldTelemetry(createLogTelemetry(log));
  const { threads = 0 } = configuration;
  const endpoint = await openEndpoint({ configuration, log, telemetry, threads, ...opening });
  const [model, { startHttpServer }] = await Promise.all([
    endpoint.preload(),
    import('../adapters/node/server.ts'),
  ]);
  const server = await startHttpServer({
    answer: endpoint.answer,
    host,
    port,
    maxBodyBytes: limits.maxBodyBytes,
    requestTimeoutMs: timeoutMs,
  });
  telemetry.letGo();
  return { endpoint, server, banner: banner(modelUri, server.url, model, endpoint.example()) };
}

function banner(
  modelUri: string,
  url: string,
  { version, mlmodel }: LoadedModel,
  example: string | undefined,
): string {
  const meaning = [version.name, version.version].filter((part) => part !== '').join(' ');
  const curl = curlLine(url, example, mlmodel.signature);
  return `serving ${modelUri} (${meaning}) at ${url}\ntry: ${curl}\n`;
}

/**
 * Keep events back until the server listens: when it never does, the command says why in one line,
 * and nothing else.
 */
function createHeldTelemetry(target: Telemetry): Telemetry & { letGo(): void } {
  let held: TelemetryEvent[] | undefined = [];
  return {
    emit: (event) => {
      if (held) held.push(event);
      else target.emit(event);
    },
    letGo: () => {
      for (const event of held ?? []) target.emit(event);
      held = undefined;
    },
  };
}
