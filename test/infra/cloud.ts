import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { startServer } from '../interop/processes.ts';
import type { Template } from './deployment.ts';
import { ACCOUNT, REGION } from './resolve-intrinsics.ts';

/** What test/infra/moto_cloud/describe.py prints. */
export interface CloudContents {
  readonly buckets: Record<string, BucketThere>;
  readonly functions: Record<string, FunctionThere>;
  readonly restApis: readonly RestApiThere[];
  readonly apiKeys: readonly string[];
  readonly usagePlans: readonly {
    readonly throttle: { rateLimit: number; burstLimit: number };
    readonly stages: readonly string[];
    readonly keys: readonly string[];
  }[];
  readonly roles: readonly string[];
  /** By what they say. */
  readonly alarms: Record<string, AlarmThere>;
  readonly logGroups: Record<string, number | null>;
}

export interface BucketThere {
  readonly versioning: string;
  readonly encryption: {
    readonly Rules: readonly { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: string } }[];
  };
  readonly publicAccess: Record<string, boolean>;
  readonly lifecycle: readonly { readonly ID: string }[];
  readonly policy: { readonly Statement: readonly { Effect: string; Condition: unknown }[] };
}

export interface FunctionThere {
  readonly Handler: string;
  readonly Runtime: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly CodeSize: number;
  readonly environment: Record<string, string>;
  readonly aliases: Record<string, string>;
  readonly statements: readonly { Action: string | string[]; Resource: string | string[] }[];
  readonly mayBeCalledBy: readonly string[];
}

export interface AlarmThere {
  readonly metric: string;
  readonly threshold: number;
  readonly of: readonly string[];
  readonly actions: readonly string[];
}

export interface RestApiThere {
  readonly id: string;
  readonly methods: Record<
    string,
    { authorization: string; keyRequired: boolean; integration: string; uri: string | null }
  >;
  readonly stages: Record<string, boolean>;
  readonly authorizers: readonly string[];
  readonly gatewayResponses: Record<string, Record<string, string>>;
}

export interface Cloud {
  /** What clients of AWS need to talk to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Run the CDK command line in it; throws with what it printed when it fails. */
  cdk(...args: string[]): string;
  /** Outputs of the stack that `cdk deploy` wrote last. */
  outputs(stack: string): Record<string, string>;
  contents(): CloudContents;
  /** What moto said it ignored: a template is not deployed when half of it is left out. */
  ignored(): string[];
  /** Logical ids of what the stack's template says to keep. */
  retained(stack: string, type: string): string[];
  stop(): Promise<void>;
}

/** moto's server with the bootstrap stack in it, and nothing else. */
export async function startCloud(): Promise<Cloud> {
  const bin = ensurePythonEnvironment('interop');
  const server = await startServer({
    command: [join(bin, 'python'), 'test/infra/moto_cloud/server.py', '-p', '{port}'],
    healthPath: '/moto-api/',
  });
  const home = mkdtempSync(join(tmpdir(), 'cloud-'));
  const outputsFile = join(home, 'outputs.json');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_ENDPOINT_URL: server.url,
    // What the command line names to CloudFormation as the template's place; moto knows S3 by AWS's host.
    AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `https://s3.${REGION}.amazonaws.com`,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
  const cloud: Cloud = {
    environment: env,
    cdk: (command, ...args) => {
      const own = command === 'deploy' ? ['--outputs-file', outputsFile] : [];
      const all = [
        command as string,
        ...args,
        ...own,
        '--output',
        join(home, 'cdk.out'),
        '--no-notices',
      ];
      const { status, stdout, stderr } = spawnSync('cdk', all, { env, encoding: 'utf8' });
      // The command line asks again after a 500, and takes a stack that was left half made for a good one.
      const hasFailed = server.log().includes('Error on request');
      if (status !== 0 || hasFailed)
        throw new Error(`cdk ${all.join(' ')} failed\n${stdout}\n${stderr}\n${server.log()}`);
      return stdout + stderr;
    },
    outputs: (stack) => JSON.parse(readFileSync(outputsFile, 'utf8'))[stack],
    contents: () => {
      const program = [join(import.meta.dirname, 'moto_cloud/describe.py')];
      return JSON.parse(execFileSync(join(bin, 'python'), program, { env, encoding: 'utf8' }));
    },
    ignored: () => server.log().match(/No Moto CloudFormation support for \S+/g) ?? [],
    retained: (stack, type) => {
      const file = join(home, `cdk.out/${stack}.template.json`);
      const { Resources: resources } = JSON.parse(readFileSync(file, 'utf8')) as Template;
      return Object.entries(resources)
        .filter(([, r]) => r.Type === type && r.DeletionPolicy?.startsWith('Retain'))
        .map(([id]) => id);
    },
    stop: async () => {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
  cloud.cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`);
  return cloud;
}
