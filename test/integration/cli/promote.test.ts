import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../helpers/run-cli.ts';

let root: string;
let registry: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cli-promote-'));
  registry = join(root, 'registry');
  cpSync('examples/registry', registry, { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

const run = (...args: string[]) => runCli([...args, '--to', registry]);

async function meant(uri: string): Promise<string | undefined> {
  const { stdout } = await runCli(['resolve', '-m', uri, '--registry-uri', registry, '--json']);
  return stdout === '' ? undefined : JSON.parse(stdout).version;
}

describe('promote, rollback, list and prune', () => {
  it('moves an alias, shows how it moved, and takes it back', async () => {
    const moved = await run('promote', 'models:/wine/1', '--alias', 'champion');
    const now = await meant('models:/wine@champion');
    const list = await run('list', 'models:/wine', '--history');
    const back = await run('rollback', 'models:/wine@champion');

    expect(moved).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: `models:/wine@champion means version 1 now; it meant version 2 before\nto undo it:\n  mlflow-serverless rollback models:/wine@champion --to ${registry}\n`,
    });
    expect(now).toBe('1');
    expect(list.stdout).toMatch(
      /^wine\n {2}2 {2}.* KiB {2}onnx {2}.*\n {2}1 {2}.* {2}@baseline @champion.*\n/,
    );
    expect(list.stdout).toMatch(
      /models:\/wine@champion\n {4}2 .*to version 1 {2}promote .*\n {4}1 .*to version 2 /,
    );
    expect(back.stdout).toBe(
      'models:/wine@champion means version 2 again; it meant version 1 before\n',
    );
    expect(await meant('models:/wine@champion')).toBe('2');
  });

  it('moves a stage, in any spelling, and tells scripts what happened', async () => {
    const moved = await run('promote', 'models:/wine/1', '--stage', 'staging', '--json');
    const again = await run('promote', 'models:/wine/1', '--stage', 'Staging');

    expect(JSON.parse(moved.stdout)).toEqual({
      outcome: 'moved',
      name: 'wine',
      stage: 'Staging',
      from: null,
      to: '1',
      sequence: 1,
    });
    expect(again.stdout).toBe('models:/wine/Staging means version 1 already\n');
    expect(await meant('models:/wine/Staging')).toBe('1');
  });

  it('removes an alias only from the version that is named', async () => {
    const first = await run('promote', 'models:/wine/1', '--alias', 'old');
    const wrong = await run('promote', 'models:/wine/2', '--alias', 'old', '--demote');
    const right = await run('promote', 'models:/wine/1', '--alias', 'old', '--demote');
    const again = await run('promote', 'models:/wine', '--alias', 'old', '--demote');

    expect(first.stdout).toContain(
      `to undo it:\n  mlflow-serverless promote models:/wine/1 --alias old --demote --to ${registry}\n`,
    );
    expect(wrong).toMatchObject({ exitCode: 1, stdout: '' });
    expect(wrong.stderr).toContain('models:/wine@old means version 1, not 2; nothing was changed');
    expect(right.stdout).toContain('models:/wine@old means nothing now; it meant version 1 before');
    expect(await meant('models:/wine@old')).toBeUndefined();
    expect(again.stdout).toMatch(
      /^models:\/wine@old means nothing already \(model "wine" has versions 2, 1; aliases /,
    );
  });

  it('keeps what is pointed to when it prunes, and asks nobody without a terminal', async () => {
    const asked = await run('prune', 'models:/wine', '--keep', '1');
    const dry = await run('prune', 'models:/wine', '--keep', '1', '--dry-run');
    const done = await run('prune', 'models:/wine', '--keep', '1', '--yes');

    expect(asked).toMatchObject({ exitCode: 2, stdout: '' });
    expect(asked.stderr).toContain('--yes, or --dry-run');
    expect(dry.stdout).toMatch(/^keeps models:\/wine\/1: .*alias "baseline"/);
    expect(done.stdout).toBe(dry.stdout);
    expect(await meant('models:/wine/1')).toBe('1');
  });

  it('prunes no model that is not there', async () => {
    const typo = await run('prune', 'models:/wien', '--keep', '1', '--yes');

    expect(typo).toMatchObject({ exitCode: 1, stdout: '' });
    expect(typo.stderr).toMatch(/there is no model "wien" in .* \(models there: .*wine/);
  });

  it.each([
    {
      args: ['promote', 'models:/wine/9', '--alias', 'a'],
      says: 'version 9 of model "wine" is not published',
      there: 'has versions 2, 1; aliases ',
    },
    {
      args: ['promote', 'models:/whine/1', '--alias', 'a'],
      says: 'is not published',
      there: 'models there: wine',
    },
    {
      args: ['promote', 'models:/wine/1', '--alias', 'latest'],
      says: 'the alias "latest" is reserved',
      there: '',
    },
    {
      args: ['promote', 'models:/wine/1', '--alias', 'v2'],
      says: 'the alias "v2" is reserved',
      there: '',
    },
    {
      args: ['promote', 'models:/wine/1', '--stage', 'Prod'],
      says: 'None, Staging, Production, Archived',
      there: '',
    },
    {
      args: ['rollback', 'models:/wine@chmpion'],
      says: 'there is no models:/wine@chmpion',
      there: 'aliases baseline, champion',
    },
    {
      args: ['list', 'models:/whine'],
      says: 'there is no model "whine"',
      there: 'models there: wine',
    },
  ])('says what there is instead: $args', async ({ args, says, there }) => {
    const { exitCode, stdout, stderr } = await run(...args);

    expect(stderr).toContain(says);
    expect(stderr).toContain(there);
    expect(stderr).toMatch(/^mlflow-serverless: .*\n$/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });

  it.each([
    { args: ['promote', 'wine/3', '--alias', 'a'], says: 'did you mean models:/wine/3?' },
    { args: ['promote', 'models:/wine/1'], says: '--alias champion or --stage Production' },
    { args: ['promote', 'models:/wine@champion', '--alias', 'a'], says: 'said by number' },
    { args: ['promote', 'models:/wine', '--alias', 'a'], says: 'models:/wine/3' },
    { args: ['rollback', 'models:/wine/1'], says: 'models:/wine@champion' },
    { args: ['rollback', 'models:/wine'], says: '--alias champion or --stage Production' },
    { args: ['prune', 'models:/wine'], says: '--keep' },
  ])('answers wrong usage with the right one: $args', async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await run(...args);

    expect(stderr).toContain(says);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });

  it.each([
    {
      to: 'sqlite:///mlflow.db',
      says: "MLflow's database, which is only read here; change it through its server",
    },
    {
      to: 'test/contract/fixtures/registry/mlruns',
      says: "MLflow's file store, which is only read here",
    },
    { to: 'nowhere', says: 'there is no folder "nowhere" with a registry in it' },
    { to: 'localhost:5000', says: 'is http:// (or https://) missing before localhost:5000?' },
    { to: 'gs://bucket/x', says: 'kind "gs"' },
  ])('changes nothing in $to, and says what to do', async ({ to, says }) => {
    const args = ['promote', 'models:/wine/1', '--alias', 'champion', '--to', to];
    const { exitCode, stdout, stderr } = await runCli(args);

    expect(stderr).toContain(says);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });

  it('says why an MLflow server cannot be rolled back, pruned or listed', async () => {
    const to = ['--to', 'http://127.0.0.1:9'];
    const rollback = await runCli(['rollback', 'models:/wine@champion', ...to]);
    const prune = await runCli(['prune', 'models:/wine', '--keep', '1', '--yes', ...to]);
    const list = await runCli(['list', ...to]);

    expect(rollback.stderr).toContain('keeps no history');
    expect(prune.stderr).toContain('delete versions with its own client');
    expect(list.stderr).toContain('published registry');
  });
});
