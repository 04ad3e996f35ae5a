import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { EndpointStack } from '../../infra/aws/endpoint-stack.ts';
import { type EndpointFileInput, endpointSchema } from '../../src/config/endpoint-schema.ts';
import { ENDPOINT_FILES } from './endpoint-files.ts';

/** The context that `cdk deploy` reads, too. */
export const CONTEXT: Record<string, unknown> = JSON.parse(
  readFileSync('cdk.json', 'utf8'),
).context;

const scratch = mkdtempSync(join(tmpdir(), 'mlflow-serverless-templates-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Templates need some zip; that the right ones are built is test/artifact's part. */
export function someCode(): Code {
  const path = join(scratch, 'function.zip');
  writeFileSync(path, 'not a zip');
  return Code.fromAsset(path);
}

export function createStack(input: EndpointFileInput): { app: App; stack: EndpointStack } {
  const app = new App({ context: CONTEXT, outdir: mkdtempSync(join(scratch, 'cdk.out-')) });
  const file = endpointSchema.parse(input);
  const code = { serving: someCode(), authorizer: someCode() };
  return { app, stack: new EndpointStack(app, file.name, { file, code }) };
}

export const synthesize = (input: EndpointFileInput): Template =>
  Template.fromStack(createStack(input).stack);

const templates = new Map<string, Template>();

/** The template of one of ENDPOINT_FILES, made once. */
export function templateOf(name: string): Template {
  const input = ENDPOINT_FILES[name];
  if (input === undefined) throw new Error(`there is no endpoint file "${name}"`);
  const template = templates.get(name) ?? synthesize(input);
  templates.set(name, template);
  return template;
}
