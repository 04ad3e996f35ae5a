import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelRegistry } from '../../src/registry/model-registry.ts';

/** The world of fixtures/registry/README.md, as one registry shows it. */
export interface RegistryUnderTest {
  readonly registry: ModelRegistry;
  /** Where a version's files are said to be. */
  sourceOf(name: string, version: string): string;
  /** Runs and logged models; left out by a registry that has none. */
  readonly tracked?: TrackedWorld;
  close(): Promise<void>;
}

export interface TrackedWorld {
  readonly run: string;
  readonly older: string;
  readonly newer: string;
  readonly deleted: string;
  /** Behind the artifact proxy. */
  readonly proxied: string;
  /** Where the files of `proxied` are said to be. */
  readonly proxiedSource: string;
}

/** Every registry passes this suite; a registry's own file adds only what is special to it. */
export function describeModelRegistry(name: string, setup: () => Promise<RegistryUnderTest>): void {
  describe(`model registry: ${name}`, () => {
    let under: RegistryUnderTest;
    const resolve = (uri: string) => under.registry.resolve(uri);

    beforeAll(async () => {
      under = await setup();
    });
    afterAll(() => under.close());

    it('resolves a fixed version with its tags', async () => {
      expect(await resolve('models:/wine/2')).toMatchObject({
        name: 'wine',
        version: '2',
        source: under.sourceOf('wine', '2'),
        tags: { quality: 'z', 'a/b': 'c' },
      });
    });

    it('reads a version as a number', async () => {
      expect(await resolve('models:/wine/002')).toMatchObject({ version: '2' });
    });

    it.each([
      'models:/wine/latest',
      'models:/wine/LATEST',
      'models:/wine@latest',
    ])('resolves %s to the highest version that is there', async (uri) => {
      expect(await resolve(uri)).toMatchObject({
        name: 'wine',
        version: '10',
        source: under.sourceOf('wine', '10'),
      });
    });

    it.each([
      ['models:/wine/Staging', '10'],
      ['models:/wine/pRODUCTION', '2'],
    ])('resolves %s to the highest version of the stage', async (uri, version) => {
      expect(await resolve(uri)).toMatchObject({
        version,
        source: under.sourceOf('wine', version),
      });
    });

    it.each([
      ['models:/wine@champion', '1'],
      ['models:/wine@challenger', '10'],
    ])('resolves the alias of %s', async (uri, version) => {
      expect(await resolve(uri)).toMatchObject({
        name: 'wine',
        version,
        source: under.sourceOf('wine', version),
      });
    });

    it('takes names with spaces and other letters as they are', async () => {
      expect(await resolve('models:/vin n° 3/1')).toMatchObject({
        name: 'vin n° 3',
        source: under.sourceOf('vin n° 3', '1'),
      });
    });

    it('answers many callers at once', async () => {
      const found = await Promise.all(
        Array.from({ length: 20 }, () => resolve('models:/wine@champion')),
      );

      expect(new Set(found.map((version) => version.version))).toEqual(new Set(['1']));
    });

    it.each([
      ['models:/nope/1', 'there is no registered model "nope"'],
      ['models:/nope@champion', 'there is no registered model "nope"'],
      ['models:/nope/latest', 'there is no registered model "nope"'],
      ['models:/nope/Staging', 'there is no registered model "nope"'],
      ['models:/wine/12', 'model "wine" has no version 12'],
      ['models:/wine/11', 'model "wine" has no version 11'],
      ['models:/wine/0', 'model "wine" has no version 0'],
      [`models:/wine/${'9'.repeat(40)}`, 'model "wine" has no version'],
      ['models:/wine/Archived', 'model "wine" has no version in stage Archived'],
      ['models:/empty/latest', 'model "empty" has no versions'],
      ['models:/wine@nope', 'model "wine" has no alias "nope"; it has: challenger, champion'],
      ['models:/wine@Champion', 'model "wine" has no alias "Champion"'],
      ['models:/../latest', 'there is no registered model ".."'],
    ])('says what is missing of %s', async (uri, message) => {
      await expect(resolve(uri)).rejects.toMatchObject({
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: expect.stringContaining(message),
      });
    });

    it.each([
      'models:/wine/bogus',
      'models:/wine/1/MLmodel',
      'models:wine/1',
      'model:/wine/1',
    ])('refuses %s as no model URI', async (uri) => {
      await expect(resolve(uri)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    });

    it('resolves a folder to itself', async () => {
      expect(await resolve('s3://bucket/some/model')).toEqual({
        name: 'model',
        version: '',
        source: 's3://bucket/some/model',
        tags: {},
      });
    });

    it('stops when the caller has gone', async () => {
      const signal = AbortSignal.abort(new Error('gone'));

      await expect(under.registry.resolve('models:/wine/1', { signal })).rejects.toThrow('gone');
    });

    describeTracked(() => under);
  });
}

function describeTracked(current: () => RegistryUnderTest): void {
  const resolve = (uri: string) => current().registry.resolve(uri);
  const world = () => current().tracked;
  const directory = (id: string) => `s3://bucket/wine/models/${id}/artifacts`;

  it('resolves a logged model, or says that there are none', async () => {
    const { newer } = world() ?? { newer: 'm-none' };
    const found = resolve(`models:/${newer}`);

    if (world() === undefined) {
      await expect(found).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    } else {
      expect(await found).toEqual({
        name: 'model',
        version: newer,
        source: directory(newer),
        tags: expect.objectContaining({ grade: 'newer' }),
      });
    }
  });

  it('resolves runs: to the newest logged model of the name, and below it', async ({ skip }) => {
    const { run, newer } = world() ?? skip('this registry has no runs');

    expect(await resolve(`runs:/${run}/model`)).toMatchObject({
      name: 'model',
      version: newer,
      source: directory(newer),
    });
    expect(await resolve(`runs:/${run}/model/sub`)).toMatchObject({
      source: `${directory(newer)}/sub`,
    });
  });

  it('resolves runs: to the artifacts of the run otherwise', async ({ skip }) => {
    const { run } = world() ?? skip('this registry has no runs');

    expect(await resolve(`runs:/${run}/plain/model`)).toEqual({
      name: 'plain/model',
      version: run,
      source: `s3://bucket/wine/${run}/artifacts/plain/model`,
      tags: {},
    });
    expect(await resolve(`runs:/${run}/gone`)).toMatchObject({ version: run });
  });

  it('finds the files of a model behind the artifact proxy', async ({ skip }) => {
    const { proxied, proxiedSource } = world() ?? skip('this registry has no proxy');

    expect(await resolve('models:/proxied/1')).toMatchObject({ source: proxiedSource });
    expect(await resolve(`models:/${proxied}`)).toMatchObject({ source: proxiedSource });
  });

  it('tells the run that a version came from', async ({ skip }) => {
    const { run } = world() ?? skip('this registry has no runs');

    expect(await resolve('models:/wine/1')).toMatchObject({ runId: run });
    expect(await resolve('models:/wine@champion')).toMatchObject({ runId: run });
    expect(await resolve('models:/wine/2')).not.toHaveProperty('runId');
  });

  it('says which run or logged model is missing', async ({ skip }) => {
    const { deleted } = world() ?? skip('this registry has no runs');
    const absent = '0'.repeat(32);

    await expect(resolve(`models:/${deleted}`)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining(deleted),
    });
    await expect(resolve(`models:/m-${absent}`)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
    await expect(resolve(`runs:/${absent}/model`)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `there is no run "${absent}"`,
    });
    await expect(resolve('models:/wine')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining('models:/wine/latest'),
    });
  });

  it('does not leave the artifacts of a run', async ({ skip }) => {
    const { run } = world() ?? skip('this registry has no runs');

    for (const path of ['../../other', 'a/%2e%2e/%2E./b', 'model/..']) {
      await expect(resolve(`runs:/${run}/${path}`)).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
      });
    }
  });
}
