import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BATCH_QUEUE, POISON_QUEUE } from '../../src/adapters/azure/batch-queues.ts';
import { parseEndpointFile } from '../../src/config/read-endpoint-file.ts';
import { OTHER_VARIABLES, VARIABLES } from '../../src/config/variables.ts';
import { azureParameters } from '../../src/deploy/azure-parameters.ts';
import { AZURE_ROLES, AZURE_SETTINGS } from './azure-reasons.ts';

const read = (name: string): string => readFileSync(`infra/azure/${name}.bicep`, 'utf8');
const MAIN = read('main');
const MODULES = [
  'monitoring',
  'host-storage',
  'data-storage',
  'function-app',
  'file-events',
  'alarm',
  'api-management',
].map((name) => ({ name, text: read(`modules/${name}`) }));

/** Name → type, and whether it has a default. */
const declared = (bicep: string): Map<string, { type: string; isOptional: boolean }> =>
  new Map(
    [...bicep.matchAll(/^param (\w+) (\w+)( = )?/gm)].map(([, name = '', type = '', given]) => [
      name,
      { type, isOptional: given !== undefined },
    ]),
  );

const FULL = `
name: wine
model: models:/wine@champion
auth: { apiKey: true }
store: { prefix: some/where, noncurrentDays: 400 }
limits: { maxRows: 7 }
api: { cors: { origins: ["https://app.example.com"] } }
azure:
  location: westeurope
  memoryMiB: 4096
  maxInstances: 50
  alwaysReady: 2
  requestsPerInstance: 16
  subnetId: /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/functions
  logRetentionDays: 60
  entra:
    tenantId: 11111111-1111-1111-1111-111111111111
    clientId: 22222222-2222-2222-2222-222222222222
    roles: [Caller]
    allowedApplications: [33333333-3333-3333-3333-333333333333]
  apiManagement: { publisherEmail: team@example.com, requestsPerMinute: 100 }
  batch:
    { input: files-in, output: files-out, format: csv, maxRefusedRatio: 0.1, distributeAboveBytes: 4194304,
      rangeBytes: 2097152, maxParallelParts: 7, toleratedFailureRatio: 0.2, alarmEmail: files@example.com }
registry:
  uri: https://mlflow.example.com
  username: { keyVaultSecret: "https://my-vault.vault.azure.net/secrets/mlflow-user" }
  password: { keyVaultSecret: "https://my-vault.vault.azure.net/secrets/mlflow-password/0123456789abcdef0123456789abcdef" }
  workspace: team
events:
  webhookSecret: { keyVaultSecret: "https://my-vault.vault.azure.net/secrets/webhook" }
  publishOn: [alias, tag]
  aliases: [champion]
tags: { team: data }
`;
const parametersOf = (yaml: string) => azureParameters(parseEndpointFile(yaml, 'endpoint.yaml'));
const valuesOf = (yaml: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(parametersOf(yaml).parameters).map(([name, { value }]) => [name, value]),
  );
const SMALL = 'name: wine\nmodel: models:/wine/3\nauth: { apiKey: true }\n';

const VAULT = '{ keyVaultSecret: "https://my-vault.vault.azure.net/secrets/webhook" }';
const FOLLOWING = (secret: string, more = ''): string =>
  `auth: none\nregistry: { uri: "https://mlflow.example.com"${more} }\nevents: { webhookSecret: ${secret} }`;

describe('the parameters of main.bicep', () => {
  it('are all of them filled from an endpoint file, with the types that it declares', () => {
    const values = valuesOf(FULL);

    expect(Object.keys(values).toSorted()).toEqual([...declared(MAIN).keys()].toSorted());
    const types = Object.entries(values).map(([name, value]) => {
      const type =
        typeof value === 'number'
          ? 'int'
          : typeof value === 'boolean'
            ? 'bool'
            : Array.isArray(value)
              ? 'array'
              : typeof value;
      return [name, type];
    });
    expect(Object.fromEntries(types)).toEqual(
      Object.fromEntries([...declared(MAIN)].map(([name, { type }]) => [name, type])),
    );
  });

  it('say what the file says', () => {
    expect(valuesOf(FULL)).toMatchObject({
      name: 'wine',
      location: 'westeurope',
      modelUri: 'models:/wine@champion',
      registryPrefix: 'some/where',
      instanceMemoryMiB: 4096,
      maximumInstances: 50,
      alwaysReadyInstances: 2,
      requestsPerInstance: 16,
      subnetId:
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/functions',
      authLevel: 'function',
      entraTenantId: '11111111-1111-1111-1111-111111111111',
      entraClientId: '22222222-2222-2222-2222-222222222222',
      entraAllowedApplications: ['33333333-3333-3333-3333-333333333333'],
      alarmEmail: 'files@example.com',
      hasEvents: true,
      corsOrigins: ['https://app.example.com'],
      publisherEmail: 'team@example.com',
      requestsPerMinute: 100,
      hasBatch: true,
      inputContainer: 'files-in',
      outputContainer: 'files-out',
      logRetentionDays: 60,
      noncurrentDays: 365,
      tags: { team: 'data' },
      settings: {
        MLFLOW_SERVERLESS_MAX_ROWS: '7',
        MLFLOW_SERVERLESS_JWT_ROLES: 'Caller',
        MLFLOW_SERVERLESS_BATCH_FORMAT: 'csv',
        MLFLOW_SERVERLESS_BATCH_MAX_REFUSED_RATIO: '0.1',
        MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES: '4194304',
        MLFLOW_SERVERLESS_BATCH_RANGE_BYTES: '2097152',
        MLFLOW_SERVERLESS_BATCH_MAX_PARALLEL_PARTS: '7',
        MLFLOW_SERVERLESS_BATCH_TOLERATED_FAILURE_RATIO: '0.2',
        MLFLOW_TRACKING_URI: 'https://mlflow.example.com',
        MLFLOW_TRACKING_USERNAME_SECRET: 'https://my-vault.vault.azure.net/secrets/mlflow-user',
        MLFLOW_TRACKING_PASSWORD_SECRET:
          'https://my-vault.vault.azure.net/secrets/mlflow-password/0123456789abcdef0123456789abcdef',
        MLFLOW_WORKSPACE: 'team',
        MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: 'https://my-vault.vault.azure.net/secrets/webhook',
        MLFLOW_SERVERLESS_PUBLISH_ON: 'alias,tag',
        MLFLOW_SERVERLESS_EVENT_ALIASES: 'champion',
      },
    });
  });

  it('leave out only what has a default', () => {
    const values = valuesOf(SMALL);
    const needed = [...declared(MAIN)].filter(([, { isOptional }]) => !isOptional);

    expect(Object.keys(values)).toEqual(expect.arrayContaining(needed.map(([name]) => name)));
    expect(values).toMatchObject({ authLevel: 'function' });
  });

  it.each([
    ['auth: none', 'anonymous'],
    ['auth: { apiKey: true }', 'function'],
    ['auth: { jwt: { issuer: "https://x.example.com/", audience: a } }', 'anonymous'],
    ['auth: { apiKey: true, jwt: { issuer: "https://x.example.com/", audience: a } }', 'function'],
  ])('ask for a key where the file does: %s', (auth, level) => {
    expect(valuesOf(`name: wine\nmodel: models:/wine/3\n${auth}\n`)).toMatchObject({
      authLevel: level,
    });
  });

  it('let the program look at tokens where auth.jwt asks for it', () => {
    const values = valuesOf(
      'name: wine\nmodel: models:/wine/3\nauth: { jwt: { issuer: "https://login.example.com/", audience: [a, b], scopes: [x, y] } }\n',
    );

    expect(values).toMatchObject({
      authLevel: 'anonymous',
      settings: {
        MLFLOW_SERVERLESS_JWT_ISSUER: 'https://login.example.com/',
        MLFLOW_SERVERLESS_JWT_AUDIENCE: 'a,b',
        MLFLOW_SERVERLESS_JWT_SCOPES: 'x y',
      },
    });
  });

  it('leave calls from web pages to the platform, which answers browsers before it looks for a key', () => {
    const values = valuesOf(`${SMALL}api: { cors: { origins: ["*"] } }\n`);

    expect(values).toMatchObject({ corsOrigins: ['*'] });
    expect(values['settings']).not.toHaveProperty('MLFLOW_SERVERLESS_CORS_ORIGINS');
  });

  it.each([
    ['auth: { iam: true }', /auth\.iam is a way of AWS/],
    ['auth: none\nbatch: { input: s3://files/in, output: s3://files/out }', /azure\.batch/],
    ['auth: none\nstore: { bucket: my-models }', /store\.bucket/],
    ['auth: none\napi: { waf: { managedRules: true } }', /api\.waf/],
    ['auth: none\napi: { throttle: { requestsPerSecond: 1, burst: 1 } }', /api\.throttle/],
    ['auth: none\nazure: { apiManagement: { publisherEmail: a@b.c } }', /limits nobody/],
    [
      FOLLOWING('{ ssmParameter: /webhook }'),
      /events\.webhookSecret is kept in AWS: use keyVaultSecret/,
    ],
    [FOLLOWING(VAULT, ', token: { ssmParameter: /t }'), /registry\.token is kept in AWS/],
    [FOLLOWING(VAULT, ', awsSigV4: true'), /registry\.awsSigV4/],
    [FOLLOWING(VAULT, ', artifacts: s3://artifacts'), /registry\.artifacts/],
    [
      'auth: none\nlambda: { vpc: { vpcId: vpc-1, subnetIds: [subnet-1], securityGroupIds: [sg-1] } }',
      /lambda\.vpc is a network of AWS: use azure\.subnetId/,
    ],
    ['auth: none\nruntime: python\npython: { trust: [store] }', /runtime: python/],
  ])('refuse what Azure does not have here: %s', (lines, message) => {
    expect(() => parametersOf(`name: wine\nmodel: models:/wine@champion\n${lines}\n`)).toThrow(
      expect.objectContaining({
        code: 'NOT_IMPLEMENTED',
        message: expect.stringMatching(message),
      }),
    );
  });
});

describe('the modules', () => {
  it('are given every parameter that they declare, and no other', () => {
    const calls = [
      ...MAIN.matchAll(/^module \w+ 'modules\/([\w-]+)\.bicep'[^{]*\{([\s\S]*?)^\}/gm),
    ];
    expect(calls.map(([, name]) => name).toSorted()).toEqual(
      MODULES.map(({ name }) => name).toSorted(),
    );
    for (const [, name, body = ''] of calls) {
      const given = [...body.matchAll(/^ {4}(\w+):/gm)].map(([, parameter]) => parameter);
      const module = MODULES.find((each) => each.name === name);
      expect(given.toSorted(), name).toEqual([...declared(module?.text ?? '').keys()].toSorted());
    }
  });

  it('use every parameter and variable', () => {
    for (const { name, text } of [...MODULES, { name: 'main', text: MAIN }]) {
      for (const [, symbol = ''] of text.matchAll(/^(?:param|var) (\w+)/gm)) {
        const uses = text.match(new RegExp(`\\b${symbol}\\b`, 'g'))?.length ?? 0;
        expect(uses, `${symbol} of ${name}`).toBeGreaterThan(1);
      }
    }
  });

  it('let no key in: accounts take identities only', () => {
    const accounts = MODULES.flatMap(({ text }) => [
      ...text.matchAll(/Microsoft\.Storage\/storageAccounts@[\d-]+' = \{([\s\S]*?)^\}/gm),
    ]);
    expect(accounts).toHaveLength(2);
    for (const [, body] of accounts) {
      expect(body).toMatch(/allowSharedKeyAccess: false/);
      expect(body).toMatch(/allowBlobPublicAccess: false/);
      expect(body).toMatch(/minimumTlsVersion: 'TLS1_2'/);
    }
    const keyless = MODULES.filter(({ name }) => name !== 'api-management'); // it asks for the function app's own key
    expect(keyless.map(({ text }) => text).join('')).not.toMatch(
      /listKeys|AccountKey|connectionString\(/i,
    );
  });
});

describe('roles', () => {
  const found = MODULES.flatMap(({ name, text }) =>
    [
      ...text.matchAll(
        /(?:^\/\/ reason: (.+)\n)?^resource (\w+) 'Microsoft\.Authorization\/roleAssignments@[\d-]+'[^{]*\{([\s\S]*?)^\}/gm,
      ),
    ].map(([, reason, symbol = '', body = '']) => {
      const variable = /roleDefinitions', (\w+)\)/.exec(body)?.[1] ?? '';
      const id = new RegExp(`^var ${variable} = '([^']+)'`, 'm').exec(text)?.[1];
      return {
        place: `${name}/${symbol}`,
        reason,
        id,
        scope: /^ {2}scope: (\w+)/m.exec(body)?.[1],
      };
    }),
  );

  it('have each a reason beside them', () => {
    expect(found.filter(({ reason }) => !reason?.trim())).toEqual([]);
  });

  it('are the ones that are listed, each at its scope', () => {
    expect(Object.fromEntries(found.map(({ place, id, scope }) => [place, { id, scope }]))).toEqual(
      Object.fromEntries(AZURE_ROLES.map(({ place, id, scope }) => [place, { id, scope }])),
    );
  });
});

describe('the alarm', () => {
  const query = /query: '(.+)'$/m.exec(read('modules/alarm'))?.[1] ?? '';
  const texts = [...query.matchAll(/message contains "([^"]+)"/g)].map(([, text = '']) =>
    text.replace(/\$\{queueName\}/, BATCH_QUEUE),
  );

  it('finds what the host says of a message that failed too often', () => {
    // Microsoft.Azure.WebJobs.Extensions.Storage, QueueProcessor
    const line = `Message has reached MaxDequeueCount of 10. Moving message to queue '${POISON_QUEUE}'.`;

    expect(texts.some((text) => line.includes(text))).toBe(true);
    expect(MAIN).toContain(`var queueName = '${BATCH_QUEUE}'`);
  });

  it.each(['register-batch', 'register-batch-runs'])('finds what %s says', (name) => {
    const source = readFileSync(`src/adapters/azure/${name}.ts`, 'utf8');
    const said = [...source.matchAll(/log\.error\(\s*'([^']+)'/g)].map(([, line = '']) => line);

    expect(said.filter((line) => texts.some((text) => line.includes(text)))).toHaveLength(1);
  });
});

describe('settings of the function app', () => {
  const known = new Set([...Object.values(VARIABLES), ...OTHER_VARIABLES].map(({ name }) => name));
  const app = read('modules/function-app');
  const written = [...`${app}${MAIN}`.matchAll(/^ {2,6}([A-Z]\w*(?:__\w+)?): /gm)].map(
    ([, name = '']) => name,
  );
  const generated = [FULL, SMALL].flatMap((yaml) =>
    Object.keys(valuesOf(yaml)['settings'] as object),
  );

  it('are variables of the program, or have a reason', () => {
    const unknown = [...new Set([...written, ...generated])].filter((name) => !known.has(name));

    expect(unknown.toSorted()).toEqual(Object.keys(AZURE_SETTINGS).toSorted());
  });
});
