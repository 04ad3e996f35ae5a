import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalStore } from '../../../src/artifacts/local-store.ts';
import { ServingError } from '../../../src/errors.ts';
import type { PrepareModel, PublishOptions } from '../../../src/publish/publish-options.ts';
import { publishVersion } from '../../../src/publish/publish-version.ts';
import {
  createMemoryObjectStore,
  type MemoryObjectStore,
} from '../../helpers/memory-object-store.ts';
import { onnxModelFiles } from '../../helpers/published-model.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';

const MANIFEST = 'models/wine/versions/3/manifest.json';

let folder: string;
let target: MemoryObjectStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'to-publish-'));
  target = createMemoryObjectStore();
  writeModel({});
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeModel(more: Readonly<Record<string, string>>): void {
  const signature = 'signature:\n  inputs: \'[{"type": "double"}]\'\n  outputs: null\n';
  const files = onnxModelFiles(linearModel(), '{"inputs": [[1, 2, 3]]}');
  const all = {
    ...files,
    MLmodel: `${files['MLmodel']}run_id: 77e45\n${signature}`,
    'requirements.txt': '--extra-index-url https://me:pw@host/\nonnx==1.23.2 # why\n\n# no\nnumpy',
    'data/notes.txt': 'deep',
    ...more,
  };
  for (const [path, bytes] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

const publish = (options: Partial<PublishOptions> = {}) =>
  publishVersion({
    source: { name: 'wine', version: '3', source: folder, tags: { stage: 'new' } },
    origin: {
      uri: 'models:/wine/3',
      registry: 'https://me:secret@mlflow.example:5000/base?token=t',
    },
    store: createLocalStore(),
    target,
    verify: async () => ({ example: 'passed' }),
    now: () => Date.UTC(2026, 0, 2),
    ...options,
  });

const leftovers = (): string[] =>
  readdirSync(tmpdir()).filter(
    (name) => name.includes(`publish.partial-`) && name.includes(`-${process.pid}-`),
  );

describe('publishVersion', () => {
  it('writes every file into a directory named by content, and the manifest last', async () => {
    const published = await publish();

    const { directory, ...manifest } = target.json(MANIFEST) as { directory: string };
    expect(published).toMatchObject({
      outcome: 'published',
      name: 'wine',
      version: '3',
      uri: `memory://registry/models/wine/versions/3/${directory}`,
      files: 5,
      example: 'passed',
    });
    expect(target.writes.at(-1)).toBe(MANIFEST);
    expect(
      target.objects.get(`models/wine/versions/3/${directory}/data/notes.txt`)?.toString(),
    ).toBe('deep');
    expect(manifest).toMatchObject({
      schema: 'mlflow-serverless/manifest/1',
      name: 'wine',
      version: '3',
      source: 'models:/wine/3',
      source_registry: 'https://mlflow.example:5000/base',
      source_version: '3',
      run_id: '77e45',
      published_at: '2026-01-02T00:00:00.000Z',
      mlflow_version: '3.11.1',
      tags: { stage: 'new' },
      flavors: { onnx: { data: 'model.onnx', onnx_version: '1.18.0' } },
      signature: { inputs: '[{"type": "double"}]', outputs: null },
      opset: { 'ai.onnx': 17, 'ai.onnx.ml': 3 },
      requirements: ['onnx==1.23.2', 'numpy'],
      verified: { opened: true, example: 'passed' },
    });
  });

  it('names the directory as sha256sum does', async () => {
    await publish();

    const { directory, files } = target.json(MANIFEST) as {
      directory: string;
      files: { path: string; size: number; sha256: string }[];
    };
    const lines = files.map(({ path, size, sha256 }) => `${sha256} ${size} ${path}\n`).join('');
    const sum = execFileSync('sha256sum', { input: lines, encoding: 'utf8' });
    expect(files.map(({ path }) => path)).toEqual([
      'MLmodel',
      'data/notes.txt',
      'model.onnx',
      'requirements.txt',
      'serving_input_example.json',
    ]);
    expect(directory).toBe(sum.slice(0, 16));
  });

  it('writes nothing when the same bytes are there already', async () => {
    await publish();
    const { length } = target.writes;

    expect(await publish()).toMatchObject({ outcome: 'unchanged', files: 5 });
    expect(target.writes).toHaveLength(length);
  });

  it('brings back files that have gone or were cut short since', async () => {
    await publish();
    const { directory } = target.json(MANIFEST) as { directory: string };
    target.objects.delete(`models/wine/versions/3/${directory}/MLmodel`);
    target.objects.set(`models/wine/versions/3/${directory}/model.onnx`, Buffer.from('half'));
    const { length } = target.writes;

    expect(await publish()).toMatchObject({ outcome: 'repaired' });
    expect(
      target.writes
        .slice(length)
        .map((key) => key.split('/').at(-1))
        .toSorted(),
    ).toEqual(['MLmodel', 'model.onnx']);
    expect(await publish()).toMatchObject({ outcome: 'unchanged' });
  });

  it.each([
    { name: 'was cut short', text: '{"schema": "mlflow-serverless/manifest/1", "na' },
    { name: 'is of another version', text: '' },
  ])('replaces a manifest that $name, as its readers advise', async ({ text }) => {
    await publish();
    const other = { ...(target.json(MANIFEST) as object), version: '4' };
    target.objects.set(MANIFEST, Buffer.from(text || JSON.stringify(other)));

    expect(await publish()).toMatchObject({ outcome: 'published' });
    expect(target.json(MANIFEST)).toMatchObject({ name: 'wine', version: '3' });
  });

  it('waits for a prune that is removing the version, but not for one that died', async () => {
    const claim = (iso: string) =>
      target.objects.set(
        'models/wine/versions/3/removal.json',
        Buffer.from(JSON.stringify({ claimed_at: iso }).replace(':', ': ')),
      );
    claim('2026-01-01T12:00:00.000Z');
    await expect(publish()).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('is being removed from memory://registry by prune'),
    });
    claim('2025-12-31T12:00:00.000Z');

    expect(await publish()).toMatchObject({ outcome: 'published' });
  });

  it('leaves a manifest of a later schema alone', async () => {
    const text = '{"schema": "mlflow-serverless/manifest/2"}';
    target.objects.set(MANIFEST, Buffer.from(text));

    await expect(publish()).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
      message: expect.stringContaining('another schema'),
    });
    expect(target.objects.get(MANIFEST)?.toString()).toBe(text);
  });

  it('refuses other bytes under the same version, and says what differs', async () => {
    await publish();
    writeModel({ 'data/notes.txt': 'other', 'data/more.txt': 'x' });
    rmSync(join(folder, 'requirements.txt'));
    const before = new Map(target.objects);

    await expect(publish()).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
      message:
        'version 3 of model "wine" is published in memory://registry already, with other files ("data/more.txt" is new, "data/notes.txt" has other bytes, "requirements.txt" is missing); a published version never changes: register the model as a new version and publish that',
    });
    expect(target.objects).toEqual(before);
    expect(leftovers()).toEqual([]);
  });

  it('counts a race as won by nobody when both had the same bytes', async () => {
    target.before = async (call) => {
      if (call !== 'write') return;
      target.before = () => {};
      await publish({ now: () => Date.UTC(2026, 0, 1) });
    };

    expect(await publish()).toMatchObject({ outcome: 'unchanged' });
    expect(target.json(MANIFEST)).toMatchObject({ published_at: '2026-01-01T00:00:00.000Z' });
  });

  it('is refused when it loses a race against other bytes', async () => {
    target.before = async (call) => {
      if (call !== 'write') return;
      target.before = () => {};
      writeModel({ 'data/notes.txt': 'the winner' });
      await publish();
    };

    await expect(publish()).rejects.toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' });
    const { files } = target.json(MANIFEST) as { files: { path: string; size: number }[] };
    expect(files).toContainEqual(expect.objectContaining({ path: 'data/notes.txt', size: 10 }));
  });

  it('knows its own manifest when the answer to the write was lost', async () => {
    const { write } = target;
    target.write = async (...call) => {
      await write(...call);
      return 'conflict';
    };

    expect(await publish()).toMatchObject({ outcome: 'published' });
  });

  it.each([
    'MLmodel',
    'model.onnx',
    'manifest.json',
  ])('shows nothing when it ends at %s, and the next one succeeds', async (last) => {
    target.before = (_, key) => {
      if (key.endsWith(`/${last}`)) throw new ServingError('TEMPORARILY_UNAVAILABLE', 'gone');
    };
    await expect(publish()).rejects.toThrow('gone');
    expect(target.objects.has(MANIFEST)).toBe(false);
    expect(leftovers()).toEqual([]);
    target.before = () => {};

    expect(await publish()).toMatchObject({ outcome: 'published' });
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    const stop = new AbortController();
    target.before = () => stop.abort(new Error('ctrl-C'));

    await expect(publish({ signal: stop.signal })).rejects.toThrow('ctrl-C');
    expect(target.objects.has(MANIFEST)).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it('says that its time has run out', async () => {
    target.before = () => new Promise((resolve) => setTimeout(resolve, 150));

    await expect(publish({ signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringContaining('nothing of it is visible'),
    });
    expect(target.objects.has(MANIFEST)).toBe(false);
  });

  it('refuses a model that cannot answer its own example, unless that is allowed', async () => {
    const exampleError = new ServingError('BAD_REQUEST', 'input "X": expected 3 columns, got 2');
    const verify = async () => ({ example: 'failed', exampleError }) as const;

    await expect(publish({ verify })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message:
        'version 3 of model "wine" cannot answer its own input example: input "X": expected 3 columns, got 2; log it with an example that it can answer, or allow the failing one (--allow-failing-example)',
    });
    expect(target.writes).toEqual([]);
    expect(await publish({ verify, allowFailingExample: true })).toMatchObject({
      outcome: 'published',
      example: 'failed',
    });
    expect(target.json(MANIFEST)).toMatchObject({ verified: { opened: true, example: 'failed' } });
  });

  it.each([
    { name: 'a/b', version: '1', message: '"a/b" cannot be the name of a model' },
    { name: '..', version: '1', message: '".." cannot be the name of a model' },
    { name: 'wine', version: '', message: '"" is no version' },
    { name: 'wine', version: '0', message: '"0" is no version' },
    { name: 'wine', version: 'm-12', message: '"m-12" is no version' },
  ])('refuses $name version "$version"', async ({ name, version, message }) => {
    await expect(publish({ name, version })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(message),
    });
  });

  it('reports how far it is', async () => {
    const phases: string[] = [];
    await publish({
      onProgress: ({ phase, bytes, totalBytes }) => phases.push(`${phase} ${bytes}/${totalBytes}`),
    });

    const total = phases.at(-1)?.split('/').at(-1);
    expect(phases).toContain(`download ${total}/${total}`);
    expect(phases).toContain('verify 0/undefined');
    expect(phases.at(-1)).toBe(`upload ${total}/${total}`);
  });

  it('says what to do when there is no folder for temporary files to write to', async () => {
    const { TMPDIR = '/tmp' } = process.env;
    process.env['TMPDIR'] = '/dev/null/x';
    try {
      await expect(publish()).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(
          'the folder for temporary files, /dev/null/x (name another one in TMPDIR)',
        ),
      });
    } finally {
      process.env['TMPDIR'] = TMPDIR;
    }
  });

  describe('of a model that is converted', () => {
    /** As `publish` does with another flavor: the source's files, and one more. */
    const prepare: PrepareModel = async ({ directory, work }) => {
      cpSync(directory, join(work, 'converted'), { recursive: true });
      mkdirSync(join(work, 'converted/onnx'));
      writeFileSync(join(work, 'converted/onnx/model.onnx'), 'onnx');
      return {
        directory: join(work, 'converted'),
        runtime: 'node',
        serving: ['MLmodel', 'onnx/model.onnx'],
      };
    };

    it('writes what the conversion made, what it was made of, and what Node needs of it', async () => {
      const published = await publish({ prepare });

      expect(published).toMatchObject({ outcome: 'published', files: 6, runtime: 'node' });
      expect(target.json(MANIFEST)).toMatchObject({
        runtime: 'node',
        serving: ['MLmodel', 'onnx/model.onnx'],
        converted_from: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    });

    it('is not converted again when its source is published again', async () => {
      await publish({ prepare });
      const again = await publish({ prepare: () => Promise.reject(new Error('converted again')) });

      expect(again).toMatchObject({ outcome: 'unchanged', files: 6, runtime: 'node' });
    });

    it('is refused when the source has other bytes', async () => {
      await publish({ prepare });
      writeModel({ 'data/notes.txt': 'other' });

      await expect(publish({ prepare })).rejects.toThrow(/converted from a model with other bytes/);
    });

    it('is converted again to bring back files that have gone', async () => {
      await publish({ prepare });
      const key = [...target.objects.keys()].find((name) => name.endsWith('onnx/model.onnx')) ?? '';
      target.objects.delete(key);

      expect(await publish({ prepare })).toMatchObject({ outcome: 'repaired' });
      expect(target.objects.get(key)?.toString()).toBe('onnx');
    });

    it('says so when that does not give the same bytes', async () => {
      await publish({ prepare });
      const key = [...target.objects.keys()].find((name) => name.endsWith('onnx/model.onnx')) ?? '';
      target.objects.delete(key);
      const otherwise: PrepareModel = async (model) => {
        const prepared = await prepare(model);
        writeFileSync(join(prepared.directory, 'onnx/model.onnx'), 'other');
        return prepared;
      };

      await expect(publish({ prepare: otherwise })).rejects.toThrow(/does not give the same ones/);
    });

    it('leaves a note why Python will serve it', async () => {
      const published = await publish({
        prepare: async ({ directory }) => ({ directory, runtime: 'python', note: 'no converter' }),
      });

      expect(published).toMatchObject({ files: 5, runtime: 'python', note: 'no converter' });
      expect(target.json(MANIFEST)).not.toHaveProperty('converted_from');
    });
  });
});
