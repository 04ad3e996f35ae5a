import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../../helpers/run-cli.ts';

let folder: string;
let calls: string;
let parameters: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  calls = join(folder, 'calls');
  parameters = join(folder, 'parameters.json');
  writeFileSync(
    join(folder, 'endpoint.yaml'),
    'name: wine\nmodel: models:/wine@champion\nauth: { apiKey: true }\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The Azure CLI, as far as it is called: it notes its words, and answers what it is told to. */
function placeAz(lines: string): Record<string, string> {
  writeFileSync(join(folder, 'az'), `#!/bin/sh\necho "$*" >> ${calls}\n${lines}\n`, {
    mode: 0o755,
  });
  return { PATH: `${folder}:${process.env['PATH']}` };
}

const OUTPUTS = JSON.stringify({
  functionAppName: { value: 'wine-app' },
  endpointUrl: { value: 'https://wine-app.azurewebsites.net' },
  registryUri: { value: 'wasbs://models@account.blob.core.windows.net/registry' },
  principalId: { value: '11111111-2222-3333-4444-555555555555' },
  webhookUrl: { value: '' },
});
const FOLLOWING = `
name: wine
model: models:/wine@champion
auth: { apiKey: true }
registry:
  uri: https://mlflow.example.com
  token: { keyVaultSecret: "https://my-vault.vault.azure.net/secrets/mlflow-token" }
events:
  webhookSecret: { keyVaultSecret: "https://my-vault.vault.azure.net/secrets/webhook" }
`;
const args = (...more: string[]): string[] => [
  ...['deploy', 'azure', '-g', 'my group', '-c', join(folder, 'endpoint.yaml')],
  ...['--parameters', parameters, ...more],
];

describe('deploy azure, with the built zip', () => {
  it('prints a script that a shell understands, and writes the parameters', async () => {
    const { exitCode, stdout, stderr } = await runCli(args());

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(parameters, 'utf8')).parameters.name).toEqual({ value: 'wine' });
    const environment = placeAz('echo answer');
    writeFileSync(join(folder, 'npx'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(folder, 'curl'), `#!/bin/sh\necho "curl $*" >> ${calls}\n`, { mode: 0o755 });
    const { execFileSync } = await import('node:child_process');
    execFileSync('sh', ['-e', '-c', stdout], { env: { ...process.env, ...environment } });
    const called = readFileSync(calls, 'utf8').trimEnd().split('\n');
    expect(called[0]).toMatch(/^deployment group create --resource-group my group --name wine /);
    expect(called).toContainEqual(
      expect.stringMatching(/^functionapp deployment source config-zip .* --name answer --src /),
    );
    expect(called.at(-1)).toBe('curl -i answer/ping -H x-functions-key: answer');
  });

  it('runs az, step by step, and says what is next', async () => {
    const environment = placeAz(`case "$1" in deployment) echo '${OUTPUTS}';; esac`);

    const { exitCode, stdout } = await runCli(args('--run'), { environment });

    expect(exitCode).toBe(0);
    const called = readFileSync(calls, 'utf8').trimEnd().split('\n');
    expect(called).toHaveLength(2);
    expect(called[1]).toMatch(/config-zip .*--name wine-app/);
    expect(stdout).toContain('https://wine-app.azurewebsites.net is deployed');
    expect(stdout).toContain('--to wasbs://models@account.blob.core.windows.net/registry');
  });

  it('lets the function app read the secrets that the file names, before the program comes', async () => {
    writeFileSync(join(folder, 'endpoint.yaml'), FOLLOWING);
    const outputs = OUTPUTS.replace(
      '"webhookUrl":{"value":""}',
      '"webhookUrl":{"value":"https://wine-app.azurewebsites.net/registry-events"}',
    );
    const environment = placeAz(
      `case "$1" in deployment) echo '${outputs}';; keyvault) echo /vaults/my-vault;; esac`,
    );

    const { exitCode, stdout } = await runCli(args('--run'), { environment });

    expect(exitCode).toBe(0);
    const called = readFileSync(calls, 'utf8').trimEnd().split('\n');
    expect(called.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'deployment group create',
      ...['keyvault show --name', 'role assignment create'],
      ...['keyvault show --name', 'role assignment create'],
      'functionapp deployment source',
    ]);
    expect(called[4]).toMatch(
      /--role Key Vault Secrets User --assignee-object-id 11111111-2222-.* --scope \/vaults\/my-vault\/secrets\/mlflow-token$/,
    );
    expect(stdout).toContain('Register https://wine-app.azurewebsites.net/registry-events');
    const printed = (await runCli(args())).stdout;
    expect(printed).toContain('az keyvault show --name my-vault');
    expect(printed).toContain(
      [
        'export MLFLOW_TRACKING_URI=https://mlflow.example.com',
        'export MLFLOW_TRACKING_TOKEN_SECRET=https://my-vault.vault.azure.net/secrets/mlflow-token',
        'npx mlflow-serverless publish -m',
      ].join('\n'),
    );
    expect(printed).toContain('--scope "$VAULT/secrets/webhook"');
  });

  it('stops at the first failure', async () => {
    const environment = placeAz('echo "no such group" >&2; exit 3');

    const { exitCode, stderr } = await runCli(args('--run'), { environment });

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /no such group[\s\S]*az failed \(make or change the resources, exit code 3\)/,
    );
    expect(readFileSync(calls, 'utf8').trimEnd().split('\n')).toHaveLength(1);
  });

  it('says where az comes from when there is none', async () => {
    const environment = { PATH: '/nowhere' };

    const { exitCode, stderr } = await runCli(args('--run'), { environment });

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/there is no az on the PATH/);
  });

  it('ends with one line when it is interrupted', async () => {
    const environment = placeAz('exec sleep 20');
    const running = startCli(args('--run'), { environment });
    await expect.poll(() => existsSync(calls), { timeout: 20_000 }).toBe(true);
    running.child.kill('SIGINT');

    const { exitCode, stderr } = await running.ended;

    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/interrupted: what az has begun goes on in Azure/);
  });
});

describe('deploy azure', () => {
  it.each([
    [['deploy', 'azure'], /--resource-group/],
    [['deploy', 'azure', '-g', 'g', '-c', '/nowhere.yaml'], /there is no such file/],
  ])('refuses %j', async (words, message) => {
    const { exitCode, stderr } = await runCli(words);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
