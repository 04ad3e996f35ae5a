import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { EndpointFileInput } from '../../../src/config/endpoint-schema.ts';
import type { Definition } from '../../helpers/asl/definition.ts';
import type { Template } from '../../infra/deployment.ts';
import { resolveIntrinsics } from '../../infra/resolve-intrinsics.ts';

/** What `cdk deploy` makes of an endpoint file. */
export function synthesizeTemplate(file: EndpointFileInput): Template {
  const folder = mkdtempSync(join(tmpdir(), 'batch-template-'));
  try {
    const endpoint = join(folder, 'endpoint.yaml');
    writeFileSync(endpoint, stringify(file));
    const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: object };
    const env = {
      ...process.env,
      CDK_OUTDIR: join(folder, 'cdk.out'),
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, endpoint }),
    };
    execFileSync(process.execPath, ['infra/aws/app.ts'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const template = join(env.CDK_OUTDIR, `${file.name}.template.json`);
    return JSON.parse(readFileSync(template, 'utf8')) as Template;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What runs of `batch` in a template. */
export interface BatchTemplate {
  readonly definition: Definition;
  /** The function that the state machine calls. */
  readonly tasks: BatchFunction;
  /** The function of the queue. */
  readonly door: BatchFunction;
}

export interface BatchFunction {
  readonly arn: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** What is there, where the template refers to what it makes. */
export interface BatchNames {
  readonly machineArn: string;
  readonly queueUrl: string;
  readonly failuresUrl: string;
}

export function readBatchTemplate(template: Template, names: BatchNames): BatchTemplate {
  const resources = Object.entries(template.Resources);
  const found = (type: string) => resources.filter(([, { Type }]) => Type === type);
  const known: Record<string, string> = {};
  for (const [id] of found('AWS::StepFunctions::StateMachine')) known[id] = names.machineArn;
  for (const [id, { Properties }] of found('AWS::SQS::Queue')) {
    known[id] = 'RedrivePolicy' in (Properties ?? {}) ? names.queueUrl : names.failuresUrl;
  }
  const resolve = (value: unknown) => resolveIntrinsics(value, template, known);
  const [machine] = found('AWS::StepFunctions::StateMachine');
  const functions = found('AWS::Lambda::Function')
    .filter(([, { Properties }]) => Properties['Handler'] === 'batch.handler')
    .map(([id, { Properties }]): BatchFunction => {
      const { Variables } = resolve(Properties['Environment']) as {
        readonly Variables: Record<string, string>;
      };
      return { arn: String(resolve({ 'Fn::GetAtt': [id, 'Arn'] })), variables: Variables };
    });
  const hasQueue = ({ variables }: BatchFunction) =>
    'MLFLOW_SERVERLESS_BATCH_QUEUE_URL' in variables;
  const door = functions.find(hasQueue);
  const tasks = functions.find((each) => !hasQueue(each));
  if (!machine || !door || !tasks) throw new Error('the template has no batch');
  const text = String(resolve(machine[1].Properties['DefinitionString']));
  return { definition: JSON.parse(text) as Definition, tasks, door };
}
