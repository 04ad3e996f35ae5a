import { describe, expect, it } from 'vitest';
import { ENDPOINT_FILES } from './endpoint-files.ts';
import { templateOf } from './synth.ts';

/** Everything in a template that is a text, with where it is. */
function textsIn(value: unknown, path = ''): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => textsIn(child, `${path}/${key}`));
}

const SECRETS: readonly { name: string; pattern: RegExp }[] = [
  { name: 'an access key of AWS', pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  {
    name: 'a secret key of AWS',
    pattern: /(?<![A-Za-z0-9/+=:])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/,
  },
  { name: 'a token', pattern: /\beyJ[A-Za-z0-9_-]{8,}\./ },
  { name: 'a private key', pattern: /-----BEGIN/ },
  {
    name: 'a dynamic reference, which would put the value into a property',
    pattern: /\{\{resolve:/,
  },
  { name: 'a password in an address', pattern: /:\/\/[^/\s:@]+:[^/\s@]+@/ },
];

const kindsOf = (text: string): string[] =>
  SECRETS.filter(({ pattern }) => pattern.test(text)).map((kind) => kind.name);

/** Names of variables that hold a secret in MLflow; ours end in _SECRET and hold its place. */
const SECRET_VARIABLE = /PASSWORD|TOKEN|SECRET|CREDENTIAL|USERNAME|KEY/;

describe.each(Object.keys(ENDPOINT_FILES))('the template of %s', (name) => {
  it('holds nothing that looks like a secret', () => {
    const template = templateOf(name).toJSON();
    const names = Object.keys(template['Resources']).map((id) => id.slice(0, -8));

    const found = textsIn(template)
      .filter(({ text }) => !names.some((name) => text.includes(name)))
      .flatMap(({ path, text }) => kindsOf(text).map((kind) => `${path}: ${kind}`));

    expect(found).toEqual([]);
  });

  it('has variables that name places of secrets only', () => {
    const functions = templateOf(name).findResources('AWS::Lambda::Function');
    const variables = Object.values(functions).flatMap(({ Properties }) =>
      Object.entries(Properties.Environment?.Variables ?? {}),
    );

    const wrong = variables.filter(
      ([variable, value]) =>
        SECRET_VARIABLE.test(variable) &&
        !(variable.endsWith('_SECRET') && /^(secretsmanager|ssm):/.test(String(value))),
    );

    expect(wrong).toEqual([]);
  });
});

describe('what looks like a secret', () => {
  it.each([
    { text: `AKIA${'ABCDEFGH'.repeat(2)}`, kind: 'an access key of AWS' },
    { text: `key=${'aB3/'.repeat(10)}`.slice(4), kind: 'a secret key of AWS' },
    { text: 'Bearer eyJhbGciOiJub25lIn0.e30.', kind: 'a token' },
    { text: 'https://user:hunter2@mlflow.example.com', kind: 'a password in an address' },
  ])('is found: $kind', ({ text, kind }) => {
    expect(kindsOf(text)).toEqual([kind]);
  });
});
