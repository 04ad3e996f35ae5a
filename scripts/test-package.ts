import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startServer, stopServers } from '../test/interop/processes.ts';

/**
 * `npm run test:package`: the tarball as a stranger gets it, in examples/cdk-app far from the clone.
 * Types, synth, the command line and an answer of the server; needs the build, and npm's registry or cache.
 */
/** Two zips for Lambda and one for Azure, each with ONNX Runtime for its processor: 16 MiB of it, 10 for arm64. */
const MAX_TARBALL_BYTES = 56 * 2 ** 20;
const EXAMPLE = 'models/wine/versions/2/model/serving_input_example.json';

const expected: unknown = JSON.parse(readFileSync('test/artifact/wine-answers.json', 'utf8'))['2'];
const registry = resolve('examples/registry');
const work = mkdtempSync(join(tmpdir(), 'package-'));
const app = join(work, 'cdk-app');
const bin = (name: string): string => join(app, 'node_modules/.bin', name);

try {
  const tarball = pack();
  cpSync('examples/cdk-app', app, {
    recursive: true,
    filter: (path) => !/(?:node_modules|cdk\.out)$/.test(path),
  });
  cpSync('scripts/package-app/entry.ts', join(app, 'entry.ts'));
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball]);
  checkTypes();
  checkSynth();
  checkEntry();
  run(bin('mlflow-serverless'), ['--help']);
  checkDeploy();
  await checkServe();
  console.log('the package works: types, synth, import, command line, deployment to Azure, server');
} finally {
  await stopServers();
  rmSync(work, { recursive: true, force: true });
}

function pack(): string {
  const args = ['pack', '--json', '--pack-destination', work];
  const output = execFileSync('npm', args, { encoding: 'utf8' });
  const packed = Object.values(JSON.parse(output) as Record<string, Packed>);
  const [{ filename, size, unpackedSize, entryCount }] = packed as [Packed];
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(`${filename}: ${mib(size)}, ${mib(unpackedSize)} unpacked, ${entryCount} files`);
  if (size > MAX_TARBALL_BYTES)
    throw new Error(`the tarball is larger than ${mib(MAX_TARBALL_BYTES)}`);
  return join(work, filename);
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

/** Also of the entry `.`, which the app does not use; declarations are checked as strictly as sources. */
function checkTypes(): void {
  const config = JSON.parse(readFileSync(join(app, 'tsconfig.json'), 'utf8'));
  writeFileSync(
    join(app, 'tsconfig.json'),
    JSON.stringify({ ...config, include: ['app.ts', 'entry.ts'] }),
  );
  run(bin('tsc'), ['-p', '.']);
  run(bin('tsc'), ['-p', '.', '--skipLibCheck', 'false', '--lib', 'ES2024,ESNext.Float16']);
}

function checkSynth(): void {
  const started = performance.now();
  run(bin('cdk'), ['synth', '--quiet']);
  console.log(`cdk synth took ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const { Resources: resources } = JSON.parse(
    readFileSync(join(app, 'cdk.out/wine-shop.template.json'), 'utf8'),
  ) as { Resources: Record<string, { Type: string; Properties: { Handler?: string } }> };
  const handlers = Object.values(resources)
    .filter(({ Type: type }) => type === 'AWS::Lambda::Function')
    .map(({ Properties: { Handler: handler } }) => handler);
  if (!isDeepStrictEqual(handlers.sort(), ['index.handler', 'invocations.handler'])) {
    throw new Error(`the template has other functions than expected: ${handlers.join(', ')}`);
  }
}

function checkEntry(): void {
  const printed = run(process.execPath, ['entry.ts', registry, join(registry, EXAMPLE)]);
  if (!isDeepStrictEqual(JSON.parse(printed), expected)) {
    throw new Error(`what the package exports answered ${printed}`);
  }
}

/** The Bicep files and the zip are found where the package was installed. */
function checkDeploy(): void {
  const file = resolve('endpoint.yaml');
  const script = run(bin('mlflow-serverless'), ['deploy', 'azure', '-g', 'group', '-c', file]);
  for (const path of ['infra/azure/main.bicep', 'dist/azure-x64.zip']) {
    const installed = `node_modules/mlflow-serverless/${path}`;
    if (!script.includes(installed)) throw new Error(`deploy azure does not name ${installed}`);
  }
}

async function checkServe(): Promise<void> {
  const server = await startServer({
    command: [
      ...[bin('mlflow-serverless'), 'serve', '-m', 'models:/wine/2', '-p', '{port}'],
      ...['--registry-uri', registry],
    ],
    cwd: app,
  });
  const answer = await fetch(`${server.url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: readFileSync(join(registry, EXAMPLE)),
  });
  if (!isDeepStrictEqual(await answer.json(), expected)) {
    throw new Error(`the installed server answered ${answer.status}, and not as expected`);
  }
}

/** npm gives scripts variables of this project; the other one must not see them. */
function run(command: string, args: string[]): string {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_|^NODE_PATH$|^INIT_CWD$/.test(name),
  );
  return execFileSync(command, args, {
    cwd: app,
    env: Object.fromEntries(own),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
