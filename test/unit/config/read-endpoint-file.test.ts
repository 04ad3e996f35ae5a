import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEndpointFile, readEndpointFile } from '../../../src/config/read-endpoint-file.ts';
import { ServingError } from '../../../src/errors.ts';

const START = 'name: wine\nmodel: models:/wine@champion\nauth: none\n';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:mlflow-AbCdEf';
const POOL = 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_A';

/** Every line of what is wrong with a text. */
function faults(text: string): string[] {
  try {
    parseEndpointFile(text, 'endpoint.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(ServingError);
    expect((error as ServingError).code).toBe('INVALID_PARAMETER_VALUE');
    return (error as ServingError).message.split('\n');
  }
  return [];
}

describe('parseEndpointFile', () => {
  it('fills in every default', () => {
    expect(parseEndpointFile(START, 'endpoint.yaml')).toEqual({
      name: 'wine',
      model: 'models:/wine@champion',
      auth: 'none',
      store: { prefix: 'registry', onDestroy: 'retain', noncurrentDays: 90 },
      lambda: {
        memoryMiB: 1769,
        timeoutSeconds: 29,
        architecture: 'x64',
        ephemeralStorageMiB: 512,
        logRetentionDays: 30,
        logLevel: 'info',
        tracing: false,
      },
      runtime: 'auto',
      python: { network: 'deny', environment: {}, startTimeoutSeconds: 120, image: 'image' },
      limits: { maxBodyBytes: 6_291_456, maxRows: 1_000_000, requestTimeoutSeconds: 28 },
      refresh: { mode: 'poll', ttlSeconds: 30, floorSeconds: 0.5 },
      api: { stage: 'v1', accessLogs: true },
      azure: {
        memoryMiB: 2048,
        maxInstances: 100,
        alwaysReady: 0,
        requestsPerInstance: 64,
        logRetentionDays: 30,
      },
      tags: {},
    });
  });

  it('reads anchors, a byte order mark and lines that end as on Windows', () => {
    const text = `\uFEFF${START.replaceAll('\n', '\r\n')}tags: &t { a: b }\r\n`;

    expect(parseEndpointFile(text, 'endpoint.yaml').tags).toEqual({ a: 'b' });
  });

  it('reports every fault of a file at once, in its order', () => {
    const text = `name: Wine
auth:
  jwt:
    issuer: http://login.example.com
    audience: []
lambda:
  memorySize: 1024
  memoryMiB: 64
  tracing: yes
  provisionedConcurrency:
    min: 5
    max: 2
cors: on
`;

    expect(faults(text)).toEqual([
      'endpoint.yaml:1:1: the file lacks "model": expected models:/<name>@<alias>, models:/<name>/<version> or models:/<name>/<stage>',
      'endpoint.yaml:1:7: name: expected up to 40 lower-case letters, digits and "-", a letter first, got "Wine"',
      'endpoint.yaml:4:13: auth.jwt.issuer: expected an https address, exactly as the claim iss says it, got "http://login.example.com"',
      'endpoint.yaml:5:15: auth.jwt.audience: expected a list of audiences, at least one, got an empty list',
      'endpoint.yaml:7:3: unknown key "memorySize" in lambda: did you mean "memoryMiB"?',
      'endpoint.yaml:8:14: lambda.memoryMiB: expected a whole number from 128 to 10240, got 64',
      'endpoint.yaml:9:12: lambda.tracing: expected true or false, got "yes"',
      'endpoint.yaml:12:10: lambda.provisionedConcurrency.max is 2, less than its min, 5',
      'endpoint.yaml:13:1: unknown key "cors": did you mean api.cors?',
    ]);
  });

  it.each([
    { name: 'an empty file', text: '', at: '1:1: the file is empty' },
    { name: 'comments alone', text: '# nothing yet\n', at: '1:1: the file is empty' },
    { name: 'a list', text: '- wine\n', at: '1:1: expected a mapping with' },
    { name: 'a tab', text: 'name: a\nlambda:\n\tmemoryMiB: 512\n', at: '3:1: a tab cannot indent' },
    {
      name: 'a line that is indented too far',
      text: 'name: a\n model: b\nauth: none\n',
      at: '1:7: another key follows this value: indent the next line as this one',
    },
    {
      name: 'a line that is indented too little',
      text: `${START}lambda:\n    memoryMiB: 512\n  tracing: true\n`,
      at: '6:1: this line is indented unlike its neighbours',
    },
    {
      name: 'a line without a colon',
      text: 'name: a\nmodel\nauth: none\n',
      at: '2:1: the text here is no key and no value of one: is a ":" missing?',
    },
    {
      name: 'an open bracket',
      text: 'name: [a\n',
      at: '2:1: this line is indented unlike its neighbours, or a bracket before it',
    },
    {
      name: 'an alias of nothing',
      text: `${START}tags: { a: *b }\n`,
      at: '4:12: nothing before it is named &b, which *b stands for',
    },
    {
      name: 'aliases that multiply',
      text: `a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c]\n`,
      at: '1:1: its aliases (*name) stand for too much: write it out',
    },
    {
      name: 'keys of every object',
      text: `${START}constructor: 1\n__proto__: { lambda: 1 }\n`,
      at: '4:1: unknown key "constructor"',
    },
    { name: 'a tag', text: 'name: !Ref a\n', at: '1:7: tags such as !Ref mean nothing here' },
    { name: 'two documents', text: `${START}---\n${START}`, at: '4:1: a second document begins' },
    {
      name: 'a key that stands twice',
      text: `${START}name: b\n`,
      at: '4:1: this key stands twice',
    },
    { name: 'an empty section', text: `${START}lambda:\n`, at: '4:1: lambda: expected a mapping' },
    {
      name: 'a number where a text belongs',
      text: `${START}tags: { cost: 12 }\n`,
      at: '4:15: tags.cost: expected a text of up to 256 letters, digits, blanks and _ . : / = + - @, got 12: put it into quotes',
    },
    {
      name: 'a tag that IAM would not take',
      text: `${START}tags: { team: R&D }\n`,
      at: '4:15: tags.team: expected a text of up to 256 letters, digits, blanks and _ . : / = + - @, got "R&D"',
    },
    {
      name: 'a text where a number belongs',
      text: `${START}lambda:\n  memoryMiB: "512"\n`,
      at: '5:14: lambda.memoryMiB: expected a whole number from 128 to 10240, got "512": remove the quotes',
    },
    {
      name: 'none as a key',
      text: `${START.replace('none', '\n  none: true')}`,
      at: '4:3: unknown key "none" in auth: did you mean auth: none, without other keys?',
    },
    {
      name: 'two letters that changed places',
      text: `${START}nmae: b\n`,
      at: '4:1: unknown key "nmae": did you mean "name"?',
    },
    {
      name: 'a key that is not there, below one that is',
      text: `${START}api:\n  domain:\n    name: a.example.com\n`,
      at: '5:3: api.domain lacks "certificateArn": expected an ARN such as',
    },
    {
      name: 'an item of a list',
      text: `${START}api:\n  cors:\n    origins: [https://a.example.com, https://b.example.com/path]\n`,
      at: '6:38: api.cors.origins[1]: expected an origin such as https://app.example.com',
    },
    {
      name: 'a misspelt key inside a choice',
      text: `${START.replace('none', '\n  apikey: true')}`,
      at: '4:3: unknown key "apikey" in auth: did you mean "apiKey"?',
    },
    {
      name: 'a choice of the wrong kind',
      text: START.replace('none', 'jwt'),
      at: '3:7: auth: expected none, or a mapping with apiKey, iam, cognito, jwt, lambda, got "jwt"',
    },
  ])('says where and what: $name', ({ text, at }) => {
    expect(faults(text)[0]).toContain(`endpoint.yaml:${at}`);
  });

  it.each([
    { name: 'a password', written: 'hunter2' },
    { name: 'the wrong key', written: '{ secret: hunter2 }' },
    { name: 'no ARN', written: '{ secretArn: hunter2 }' },
    { name: 'both places', written: '{ secretArn: hunter2, ssmParameter: hunter2 }' },
  ])('never repeats what may be a secret: $name', ({ written }) => {
    const text = `${START}registry:\n  uri: https://a:hunter2@mlflow.example.com\n  token: ${written}\n`;

    const found = faults(text);

    expect(found).toHaveLength(2);
    expect(found.join('\n')).not.toContain('hunter2');
    expect(found[0]).toMatch(/^endpoint.yaml:5:3: registry.uri holds a user or a password/);
    expect(found[1]).toMatch(/^endpoint.yaml:6:/);
  });
});

describe('combinations', () => {
  const auth = (text: string): string => START.replace('none', text);
  it.each([
    {
      name: 'nobody named',
      text: START.replace('auth: none\n', ''),
      fault: '1:1: the file lacks "auth": say who may call',
    },
    { name: 'an empty auth', text: auth('{}'), fault: '3:7: auth names nobody: say who may call' },
    {
      name: 'two authorizers',
      text: auth(`\n  iam: true\n  apiKey: true\n  cognito: { userPoolArn: "${POOL}" }`),
      fault: '6:3: auth.cognito beside auth.iam: API Gateway checks a request by one of',
    },
    {
      name: 'more warm instances than reserved ones',
      text: `${START}lambda: { reservedConcurrency: 3, provisionedConcurrency: { min: 1, max: 4 } }`,
      fault:
        '4:74: lambda.provisionedConcurrency.max is 4, more than lambda.reservedConcurrency (3)',
    },
    {
      name: 'a schedule upside down',
      text: `${START}lambda:\n  provisionedConcurrency: { min: 1, max: 4, schedules: [{ cron: "0 7 ? * MON-FRI *", min: 3, max: 2 }] }`,
      fault: '5:99: lambda.provisionedConcurrency.schedules[0].max is 2, less than its min, 3',
    },
    {
      name: 'a function that ends before its requests',
      text: `${START}lambda: { timeoutSeconds: 10 }\nlimits: { requestTimeoutSeconds: 20 }`,
      fault: '4:27: lambda.timeoutSeconds (10) is shorter than limits.requestTimeoutSeconds (20)',
    },
    {
      name: 'push for a version that never moves',
      text: `${START.replace('@champion', '/3')}refresh: { mode: push }`,
      fault: '4:18: refresh.mode: the model is a fixed version (models:/wine/3), which never moves',
    },
    {
      name: 'events without their server',
      text: `${START}events: { webhookSecret: { ssmParameter: /a } }`,
      fault: '4:1: events without registry: say in registry.uri',
    },
    {
      name: 'events for a stage',
      text: `${START.replace('@champion', '/Production')}registry: { uri: "https://m.example.com" }\nevents: { webhookSecret: { ssmParameter: /a } }`,
      fault: '5:1: events: the model is served by its stage Production',
    },
    {
      name: 'events of other aliases',
      text: `${START}registry: { uri: "https://m.example.com" }\nevents: { webhookSecret: { ssmParameter: /a }, aliases: [shadow] }`,
      fault: '5:57: events.aliases lacks "champion", which the model is served by',
    },
    {
      name: 'events of versions alone',
      text: `${START}registry: { uri: "https://m.example.com" }\nevents: { webhookSecret: { ssmParameter: /a }, publishOn: [version] }`,
      fault: '5:59: events.publishOn lacks alias, and the model is served by one',
    },
    {
      name: 'a floor for polling',
      text: `${START}refresh: { floorSeconds: 1 }`,
      fault: '4:12: refresh.floorSeconds is for refresh.mode: push',
    },
    {
      name: 'a user without a password',
      text: `${START}registry: { uri: "https://m.example.com", username: { secretArn: "${SECRET}" } }`,
      fault: '4:43: registry.username without registry.password',
    },
    {
      name: 'a password without a user',
      text: `${START}registry: { uri: "https://m.example.com", password: { secretArn: "${SECRET}" } }`,
      fault: '4:43: registry.password without registry.username',
    },
    {
      name: 'signatures beside a token',
      text: `${START}registry: { uri: "https://m.example.com", awsSigV4: true, token: { ssmParameter: t } }`,
      fault: '4:43: registry.awsSigV4 beside username, password or token',
    },
    {
      name: 'a token in the open',
      text: `${START}registry: { uri: "http://m.example.com", token: { ssmParameter: t } }`,
      fault: '4:18: registry.uri begins with http:, so registry.token would cross the internet',
    },
    {
      name: 'deleting a bucket of others',
      text: `${START}store: { bucket: models, onDestroy: delete }`,
      fault: '4:37: store.onDestroy: delete with store.bucket',
    },
    {
      name: 'the lifecycle of a bucket of others',
      text: `${START}store: { bucket: models, noncurrentDays: 3 }`,
      fault: '4:26: store.noncurrentDays with store.bucket',
    },
    {
      name: 'any origin, and one more',
      text: `${START}api: { cors: { origins: ["*", "https://a.example.com"] } }`,
      fault: '4:25: api.cors.origins has "*" and others',
    },
    {
      name: 'a firewall without rules',
      text: `${START}api: { waf: { managedRules: false } }`,
      fault: '4:8: api.waf has no rule',
    },
  ])('refuses $name', ({ text, fault }) => {
    const found = faults(text);

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`endpoint.yaml:${fault}`);
  });

  it.each([
    {
      name: 'a model’s code that nobody trusts',
      text: 'runtime: python\n',
      expected: [
        'endpoint.yaml:4:10: runtime: python runs the code of the model, and python.trust does not say that it may: add python: { trust: [store] }',
      ],
    },
    {
      name: 'a registry that is not there',
      text: 'python: { trust: [store, registry] }\n',
      expected: [
        'endpoint.yaml:4:26: python.trust names registry, and there is no registry: add it, or remove this',
      ],
    },
    {
      name: 'trust that means nothing',
      text: 'runtime: node\npython: { trust: [store] }\n',
      expected: [
        'endpoint.yaml:5:18: python.trust with runtime: node: Python never runs then; remove one',
      ],
    },
    {
      name: 'places that are none',
      text: 'python: { trust: [stor, "s3://a,s3://b"] }\n',
      expected: [
        'endpoint.yaml:4:19: python.trust[0]: expected store, registry, s3://bucket/prefix, an address http(s)://… or a folder with a slash; no comma, got "stor"',
        'endpoint.yaml:4:25: python.trust[1]: expected store, registry, s3://bucket/prefix, an address http(s)://… or a folder with a slash; no comma, got "s3://a,s3://b"',
      ],
    },
    {
      name: 'variables that are not the model’s to set, and numbers for texts',
      text: 'python: { environment: { AWS_REGION: "x", MODEL_THRESHOLD: 0.5 } }\n',
      expected: [
        'endpoint.yaml:4:26: python.environment.AWS_REGION: expected the name of a variable, such as MODEL_THRESHOLD; not one that the function itself reads (AWS_…, LAMBDA_…, LD_…, MLFLOW_…, NODE_…, PATH, HOME, those of Python and OpenTelemetry)',
        'endpoint.yaml:4:60: python.environment.MODEL_THRESHOLD: expected a text, got 0.5: put it into quotes',
      ],
    },
    {
      name: 'a password, without quoting it',
      text: 'python: { trust: ["https://user:secret@mlflow.example.com"] }\n',
      expected: [
        'endpoint.yaml:4:19: an address in python.trust holds a user name: leave it out, only the place counts',
      ],
    },
  ])('reports $name', ({ text, expected }) => {
    expect(faults(START + text)).toEqual(expected);
  });

  it('takes a setting with a fault of its own for no wish', () => {
    const text = `${START}lambda: { timeoutSeconds: 10 }\nlimits: { requestTimeoutSeconds: many }\nrefresh: { mode: pull, floorSeconds: 1 }\n`;

    expect(faults(text)).toEqual([
      'endpoint.yaml:5:34: limits.requestTimeoutSeconds: expected a number above 0 and up to 29, got "many"',
      'endpoint.yaml:6:18: refresh.mode: expected poll or push, got "pull"',
    ]);
  });

  it.each([
    { name: 'a key beside each authorizer', text: auth(`\n  apiKey: true\n  iam: true`) },
    {
      name: 'bursts below the rate',
      text: `${START}api: { throttle: { requestsPerSecond: 50, burst: 5 } }`,
    },
    { name: 'no reserved instance', text: `${START}lambda: { reservedConcurrency: 0 }` },
    { name: 'a mode of refresh alone', text: `${START}refresh: push` },
    {
      name: 'everything for push',
      text: `${START}refresh: { mode: push, floorSeconds: 1 }\nregistry: { uri: "https://mlflow:5000", token: { ssmParameter: /t } }\nevents: { webhookSecret: { secretArn: "${SECRET}", key: hook }, aliases: [champion] }`,
    },
  ])('takes $name', ({ text }) => {
    expect(faults(text)).toEqual([]);
  });
});

describe('readEndpointFile', () => {
  it('means folders from where the file lies', () => {
    const folder = mkdtempSync(join(tmpdir(), 'endpoint-file-'));
    const file = join(folder, 'endpoint.yaml');
    const trust = 'trust: [store, ./store, s3://bucket/models, /srv/models]';
    writeFileSync(file, `${START}python: { ${trust}, image: built }\n`);

    expect(readEndpointFile(file).python).toMatchObject({
      image: join(folder, 'built'),
      trust: ['store', join(folder, 'store'), 's3://bucket/models', '/srv/models'],
    });
  });

  it('names a file that is not there, and a folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'endpoint-file-'));

    expect(() => readEndpointFile(join(folder, 'endpoint.yaml'))).toThrow(
      /endpoint.yaml: there is no such file$/,
    );
    expect(() => readEndpointFile(folder)).toThrow(/: it is a folder; expected an endpoint file$/);
  });
});
