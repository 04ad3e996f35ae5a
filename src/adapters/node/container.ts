import type { Log } from '../../log.ts';
import { type HttpServerOptions, startHttpServer } from './server.ts';

export interface ContainerOptions extends HttpServerOptions {
  readonly log: Log;
  /** Runs after the last request. */
  readonly close: () => Promise<void>;
}

/** What a container gets to finish its requests after it was told to stop; platforms kill it after 30 s. */
const GRACE_MS = 25_000;

/** Listen in a container until the platform says stop; then finish the requests under way, close, and end the process. */
export async function serveContainer(options: ContainerOptions): Promise<void> {
  const { log, close, requestTimeoutMs = GRACE_MS } = options;
  const server = await startHttpServer(options);
  log.info(`listening at ${server.url}`);
  const stop = async (): Promise<void> => {
    await server.stop(Math.min(requestTimeoutMs, GRACE_MS));
    await close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}

/**
 * Where platforms say that they send requests: MLflow's variables, that of Azure Functions' custom handlers, and the
 * one that Cloud Run, Heroku and others share.
 */
export const containerAddress = (
  variables: Readonly<Record<string, string | undefined>>,
): { host: string; port: number } => ({
  host: variables['MLFLOW_HOST'] ?? '0.0.0.0',
  port: Number(
    variables['MLFLOW_PORT'] ??
      variables['FUNCTIONS_CUSTOMHANDLER_PORT'] ??
      variables['PORT'] ??
      8080,
  ),
});
