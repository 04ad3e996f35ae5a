import { ServingError } from '../../errors.ts';
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

/** In the order in which they count: MLflow's own, that of Azure Functions' custom handlers, and Cloud Run's, which others share. */
const PORT_VARIABLES = ['MLFLOW_PORT', 'FUNCTIONS_CUSTOMHANDLER_PORT', 'PORT'] as const;
const DEFAULT_PORT = 8080;

/**
 * Where platforms say that they send requests.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for what is no port
 */
export function containerAddress(variables: Readonly<Record<string, string | undefined>>): {
  host: string;
  port: number;
} {
  const host = variables['MLFLOW_HOST'] ?? '0.0.0.0';
  const name = PORT_VARIABLES.find((each) => variables[each]?.trim());
  const text = name === undefined ? `${DEFAULT_PORT}` : (variables[name] as string).trim();
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return { host, port };
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${name} is "${text.slice(0, 80)}": expected a port number, 0 to 65535`,
  );
}
