import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type LambdaProcess, startLambda } from '../artifact/lambda-process.ts';
import { ISSUER_CA_PATH } from '../helpers/token-issuer.ts';
import type { Deployment } from './deployment.ts';
import type { InvokeFunction } from './gateway/authorize.ts';
import { startLambdaApi } from './lambda-api.ts';

interface FunctionProperties {
  readonly Handler: string;
  readonly Code: { readonly S3Key: string };
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly Timeout: number;
  readonly MemorySize: number;
}

export interface LocalFunctions {
  readonly invoke: InvokeFunction;
  stop(): Promise<void>;
}

export interface LocalFunctionsOptions {
  readonly deployment: Deployment;
  /** Where zips are unpacked; the same zip once. */
  readonly directory: string;
  /** What the platform gives a function, and where AWS is: credentials and addresses. */
  readonly environment: Readonly<Record<string, string>>;
  /** Functions by name that are not of this template: somebody's own. */
  readonly others?: Readonly<Record<string, (event: unknown) => Promise<unknown>>>;
}

/**
 * Every function of a template as it describes them: handler, variables and zip from the template, run by
 * AWS's runtime interface client on a read-only root. Each starts when it is first called.
 */
export async function startLocalFunctions(options: LocalFunctionsOptions): Promise<LocalFunctions> {
  const { deployment, directory, environment, others = {} } = options;
  const functions = deployment.all<FunctionProperties>('AWS::Lambda::Function');
  const running = new Map<string, Promise<LambdaProcess>>();

  function start(id: string): Promise<LambdaProcess> {
    const properties = functions.get(id);
    if (properties === undefined) throw new Error(`the template has no function ${id}`);
    return startLambda({
      directory: unpack(deployment.asset(properties.Code.S3Key), directory),
      handler: properties.Handler,
      environment: {
        ...properties.Environment?.Variables,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize),
        AWS_LAMBDA_FUNCTION_NAME: id,
        AWS_ENDPOINT_URL_LAMBDA: api.url,
        NODE_EXTRA_CA_CERTS: `/mnt/task/${CA}`,
        ...environment,
      },
    });
  }

  async function invoke(arn: string, event: unknown): Promise<unknown> {
    const [, id = ''] = /:function:([^:]+)/.exec(arn) ?? [];
    const other = others[id];
    if (other !== undefined) return other(event);
    const started = running.get(id) ?? start(id);
    running.set(id, started);
    const timeoutMs = (functions.get(id)?.Timeout ?? 3) * 1000;
    const { kind, body } = await (await started).invoke(event, { timeoutMs });
    if (kind === 'response') return body;
    const { errorMessage = 'no message' } = body as { errorMessage?: string };
    throw new Error(errorMessage);
  }

  const api = await startLambdaApi((name, event) => invoke(`:function:${name}`, event));
  return {
    invoke,
    stop: async () => {
      await api.close();
      await Promise.all([...running.values()].map(async (lambda) => (await lambda).stop()));
    },
  };
}

/** Beside the function's files, as these are all that it sees: whom it trusts over TLS besides the world. */
const CA = 'test-ca.pem';

function unpack(zip: string, directory: string): string {
  const target = join(directory, basename(zip, '.zip'));
  if (!existsSync(target)) {
    execFileSync('unzip', ['-q', zip, '-d', target]);
    cpSync(ISSUER_CA_PATH, join(target, CA));
  }
  return target;
}
