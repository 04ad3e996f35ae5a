import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { EndpointStack } from '../../infra/aws/endpoint-stack.ts';
import { type EndpointFileInput, endpointSchema } from '../../src/config/endpoint-schema.ts';

/** The context that `cdk deploy` reads, too. */
export const CONTEXT: Record<string, unknown> = JSON.parse(
  readFileSync('cdk.json', 'utf8'),
).context;

/** Templates need some zip; that the right ones are built is test/artifact's part. */
export function someCode(): Code {
  const path = join(mkdtempSync(join(tmpdir(), 'code-')), 'function.zip');
  writeFileSync(path, 'not a zip');
  return Code.fromAsset(path);
}

export function createStack(input: EndpointFileInput): { app: App; stack: EndpointStack } {
  const app = new App({ context: CONTEXT });
  const file = endpointSchema.parse(input);
  const code = { serving: someCode(), authorizer: someCode() };
  return { app, stack: new EndpointStack(app, file.name, { file, code }) };
}

export const synthesize = (input: EndpointFileInput): Template =>
  Template.fromStack(createStack(input).stack);
