import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'app-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The program of cdk.json, with the context that `cdk -c endpoint=<path>` gives it. */
function runApp(path: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['infra/aws/app.ts'], {
    env: {
      ...process.env,
      CDK_OUTDIR: join(directory, 'cdk.out'),
      CDK_CONTEXT_JSON: JSON.stringify({ endpoint: path }),
    },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the app', () => {
  it('says every fault of the file by line, and nothing else', () => {
    const path = join(directory, 'endpoint.yaml');
    writeFileSync(
      path,
      'name: wine\nmodel: models:/wine@champion\nauth: none\nlambda:\n  memory: 1\n',
    );

    const { status, stdout, stderr } = runApp(path);

    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/endpoint\.yaml:5:3: .*"memory".*memoryMiB/),
    ]);
  });

  it('says which file is missing', () => {
    const { status, stderr } = runApp(join(directory, 'nowhere.yaml'));

    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/nowhere\.yaml: there is no such file$/);
  });
});
