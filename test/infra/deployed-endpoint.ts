import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { EndpointStack } from '../../infra/aws/endpoint-stack.ts';
import { type EndpointFileInput, endpointSchema } from '../../src/config/endpoint-schema.ts';
import { BUCKET_KEYS, type Bucket, startBucket } from '../artifact/bucket.ts';
import { type CliOutcome, runCli } from '../helpers/run-cli.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway/start-gateway.ts';
import { createLocalFunctions, type LocalFunctionsOptions } from './local-functions.ts';
import { CONTEXT } from './synth.ts';

export type DeployOptions = Pick<GatewayOptions, 'principals' | 'userPoolKey' | 'now'> &
  Pick<LocalFunctionsOptions, 'others'>;

export interface DeployedEndpoint extends Gateway {
  readonly deployment: Deployment;
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
      const functions = createLocalFunctions({
        deployment,
        directory: join(work, 'functions'),
        environment,
        ...options,
      });
      const gateway = await startGateway({ deployment, invoke: functions.invoke, ...options });
      running.push(gateway.close, functions.stop);
      return { ...gateway, deployment };
    },
    stop: async () => {
      await Promise.all(running.map((stop) => stop()));
      await bucket.server.stop();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** With the zips of dist/, as `cdk deploy` takes them. */
function synthesized(wish: Wish, outdir: string): Deployment {
  const app = new App({ context: CONTEXT, outdir });
  const file = endpointSchema.parse({ name: 'wine', model: 'models:/wine@champion', ...wish });
  new EndpointStack(app, file.name, { file });
  app.synth();
  return readDeployment(outdir, file.name, BUCKET);
}
