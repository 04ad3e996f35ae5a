import type { DeployedRun, DeployedRuns } from '../cloud/deployed-runs.ts';
import { ServingError } from '../errors.ts';
import { createHttpClient, type HttpCall } from '../http-client/http-client.ts';
import { findHttpProblem } from '../http-client/http-problem.ts';

export interface FunctionAppRunsOptions {
  /** `https://<app>.azurewebsites.net`, with the prefix of its routes, if it has one. */
  readonly url: string;
  /** Of the function app; undefined: nobody asks for one. */
  readonly key: string | undefined;
}

/** What Durable Functions calls it, and Step Functions. */
const STATUS_BY_STATUS: Readonly<Record<string, string>> = {
  Completed: 'SUCCEEDED',
  Failed: 'FAILED',
  Terminated: 'ABORTED',
  Canceled: 'ABORTED',
};

/**
 * Runs of batch on a function app of Azure.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when `url` is no address; when used UNAUTHENTICATED, RESOURCE_DOES_NOT_EXIST,
 *   TEMPORARILY_UNAVAILABLE …
 */
export function createFunctionAppRuns({ url, key }: FunctionAppRunsOptions): DeployedRuns {
  const base = URL.parse(url.endsWith('/') ? url : `${url}/`);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      'a function app is named by its address, https://<app>.azurewebsites.net',
    );
  }
  const client = createHttpClient({
    headersFor: (at) => (key && at.origin === base.origin ? { 'x-functions-key': key } : {}),
    maxRedirects: 0,
    environment: process.env,
  });
  const at = (name: string): URL => new URL(`batch-runs/${encodeURIComponent(name)}`, base);
  const ask = (name: string, call: HttpCall): Promise<unknown> =>
    client.json(at(name), call).catch((error: unknown) => {
      throw inWordsOfAzure(error, base.host);
    });
  return {
    async start(name, input, { signal } = {}) {
      await ask(name, { method: 'POST', json: input, ...(signal && { signal }) });
      return name;
    },
    async describe(name, { signal } = {}) {
      return toRun(await ask(name, signal ? { signal } : {}));
    },
  };
}

/** The client speaks of MLflow servers, and of their variables. */
function inWordsOfAzure(error: unknown, host: string): unknown {
  if (!(error instanceof ServingError)) return error;
  if (error.code === 'UNAUTHENTICATED') {
    return new ServingError(
      'UNAUTHENTICATED',
      `${host} refuses the key, or got none: set MLFLOW_SERVERLESS_FUNCTION_KEY (az functionapp keys list)`,
      { cause: error },
    );
  }
  if (findHttpProblem(error)?.kind !== 'bad-page') return error;
  return new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `${host} knows no runs of batch: is it the address of the function app, and has its endpoint file azure.batch?`,
    { cause: error },
  );
}

function toRun(answer: unknown): DeployedRun {
  const { status, error } = (answer ?? {}) as { status?: unknown; error?: unknown };
  const known = STATUS_BY_STATUS[String(status)];
  return {
    status: known ?? 'RUNNING',
    isUnderWay: known === undefined,
    ...(typeof error === 'string' && { cause: error }),
  };
}
