import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCli, runCli, startCli } from '../../helpers/run-cli.ts';

const REGISTRY = ['--registry-uri', 'examples/registry'];
const started: RunningCli[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'endpoint-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

function endpointFile(rest: string): string {
  const path = join(folder, 'endpoint.yaml');
  writeFileSync(path, `name: wine\nauth: none\n${rest}`);
  return path;
}

async function serve(args: readonly string[], environment: Record<string, string> = {}) {
  const running = startCli(['serve', '-p', '0', ...args], { environment });
  started.push(running);
  const output = await running.printed('\ntry: ');
  return { output, url: / at (http:\S+)\n/.exec(output)?.[1] as string };
}

const post = async (url: string, bytes: number): Promise<number> => {
  const body = JSON.stringify({ x: 'a'.repeat(bytes) });
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/invocations`, { method: 'POST', headers, body })).status;
};

describe('an endpoint file', () => {
  it('names model and limits for serve', async () => {
    const path = endpointFile('model: models:/wine@baseline\nlimits: { maxBodyBytes: 1000 }\n');

    const { output, url } = await serve(['-c', path, ...REGISTRY]);

    expect(output).toContain('serving models:/wine@baseline (wine 1)');
    expect(await post(url, 1000)).toBe(413);
    expect(await post(url, 900)).toBe(400);
  });

  it('is endpoint.yaml in the working directory when no model is named', async () => {
    const { output } = await serve(REGISTRY);

    expect(output).toContain('serving models:/wine@champion (wine 2)');
  });

  it('gives way to variables and to options', async () => {
    const path = endpointFile('model: models:/other@champion\nlimits: { maxBodyBytes: 1000 }\n');
    const environment = { MLFLOW_SERVERLESS_MAX_BODY_BYTES: '2000' };

    const { output, url } = await serve(
      ['-c', path, '-m', 'models:/wine/1', ...REGISTRY],
      environment,
    );

    expect(output).toContain('serving models:/wine/1 (wine 1)');
    expect(await post(url, 1500)).toBe(400);
    expect(await post(url, 2000)).toBe(413);
  });

  it('does not count beside a model that is named, unless it is asked for', async () => {
    const { url } = await serve(['-m', 'models:/wine/1', ...REGISTRY]);

    expect(await post(url, 7 * 2 ** 20)).toBe(400);
  });

  it('names the model for resolve and predict', async () => {
    const path = endpointFile('model: models:/wine@baseline\n');
    const body = '{"dataframe_split":{"columns":[],"data":[]}}';

    const resolved = await runCli(['resolve', '--json', '-c', path, ...REGISTRY]);
    const predicted = await runCli(['predict', '-c', path, ...REGISTRY], { stdin: body });

    expect(JSON.parse(resolved.stdout)).toMatchObject({
      uri: 'models:/wine@baseline',
      version: '1',
    });
    expect(predicted.stderr).toContain('alcohol');
  });

  it('says where the model is looked up when nobody else does', async () => {
    const path = endpointFile(
      'model: models:/wine@champion\nregistry: { uri: "http://127.0.0.1:9", token: { ssmParameter: /t } }\n',
    );
    const aws = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'eu-central-1' };
    const environment = { ...aws, AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:9' };

    const { stderr, exitCode } = await runCli(['resolve', '-c', path], { environment });

    expect(stderr).toMatch(
      /^mlflow-serverless: parameter "\/t" \(SSM, eu-central-1\) cannot be read: cannot reach http:\/\/127.0.0.1:9/,
    );
    expect(exitCode).toBe(1);
  });

  it('is refused with a line for each fault, and exit code 2', async () => {
    const path = endpointFile('model: wine\nlambda: { memorySize: 1 }\n');

    const { stderr, exitCode } = await runCli(['serve', '-c', path, ...REGISTRY]);

    expect(stderr.replaceAll(path, 'endpoint.yaml')).toBe(
      `mlflow-serverless: endpoint.yaml has faults
endpoint.yaml:3:8: model: expected models:/<name>@<alias>, models:/<name>/<version> or models:/<name>/<stage>, got "wine"
endpoint.yaml:4:11: unknown key "memorySize" in lambda: did you mean "memoryMiB"?
`,
    );
    expect(exitCode).toBe(2);
  });

  it('must be there when it is named', async () => {
    const { stderr, exitCode } = await runCli(['serve', '-c', 'nowhere.yaml']);

    expect(stderr).toBe('mlflow-serverless: nowhere.yaml: there is no such file\n');
    expect(exitCode).toBe(2);
  });
});
