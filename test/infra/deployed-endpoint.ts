import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { EndpointStack } from '../../infra/aws/endpoint-stack.ts';
import { type EndpointFileInput, endpointSchema } from '../../src/config/endpoint-schema.ts';
import { BUCKET_KEYS, type Bucket, startBucket } from '../artifact/bucket.ts';
import { type CliOutcome, runCli } from '../helpers/run-cli.ts';
import { type Deployment, ofApi, readDeployment } from './deployment.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway/start-gateway.ts';
import { type LocalFunctionsOptions, startLocalFunctions } from './local-functions.ts';
import { CONTEXT } from './synth.ts';

export type DeployOptions = Pick<GatewayOptions, 'principals' | 'userPoolKey' | 'now'> &
  Pick<LocalFunctionsOptions, 'others'> & {
    /** Where AWS's other services are. */
    readonly environment?: Readonly<Record<string, string>>;
  };

export interface DeployedEndpoint extends Gateway {
  readonly deployment: Deployment;
  /** Of the API for webhooks, if the file asks for events. */
  readonly webhooks: Gateway | undefined;
}

/** A place to deploy to: a bucket on a real S3 server, and room for what is unpacked. */
export interface LocalCloud {
  readonly bucket: Bucket;
  /** Run our command line with the bucket's credentials; throws when it fails. */
  cli(...args: string[]): Promise<CliOutcome>;
  /** The stack of an endpoint file, its API behind HTTPS and its functions run from their zips. */
  deploy(file: Wish, options?: DeployOptions): Promise<DeployedEndpoint>;
  stop(): Promise<void>;
}

type Wish = Omit<EndpointFileInput, 'name' | 'model'>;

const BUCKET = 'models';

export async function startLocalCloud(): Promise<LocalCloud> {
  const work = mkdtempSync(join(tmpdir(), 'deployed-'));
  const bucket = await startBucket(join(work, 's3'));
  const environment = { ...BUCKET_KEYS, MLFLOW_S3_ENDPOINT_URL: bucket.url };
  const running: (() => Promise<void>)[] = [];
  mkdirSync(join(work, 'functions'));
  return {
    bucket,
    cli: async (...args) => {
      const outcome = await runCli(args, { environment });
      if (outcome.exitCode !== 0) throw new Error(`${args.join(' ')}: ${outcome.stderr}`);
      return outcome;
    },
    deploy: async (wish, options = {}) => {
      const deployment = synthesized(wish, mkdtempSync(join(work, 'cdk.out-')));
      const functions = await startLocalFunctions({
        ...options,
        deployment,
        directory: join(work, 'functions'),
        environment: { ...environment, ...options.environment },
      });
      running.push(functions.stop);
      const open = async (name: string): Promise<Gateway | undefined> => {
        const [api] = apisOf(deployment).filter((id) => id.startsWith(name));
        if (api === undefined) return undefined;
        const own = ofApi(deployment, api);
        const gateway = await startGateway({
          ...options,
          deployment: own,
          invoke: functions.invoke,
        });
        running.push(gateway.close);
        return gateway;
      };
      const endpoint = (await open('Endpoint')) as Gateway;
      return { ...endpoint, deployment, webhooks: await open('RegistryEvents') };
    },
    stop: async () => {
      await Promise.all(running.map((stop) => stop()));
      await bucket.server.stop();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

const apisOf = (deployment: Deployment): string[] => [
  ...deployment.all('AWS::ApiGateway::RestApi').keys(),
];

/** With the zips of dist/, as `cdk deploy` takes them. */
function synthesized(wish: Wish, outdir: string): Deployment {
  const app = new App({ context: CONTEXT, outdir });
  const file = endpointSchema.parse({ name: 'wine', model: 'models:/wine@champion', ...wish });
  new EndpointStack(app, file.name, { file });
  app.synth();
  return readDeployment(outdir, file.name, BUCKET);
}
