import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFrameReader, type Frame } from '../../src/predictor/python/frames.ts';
import { killGroup } from '../../src/predictor/python/live-groups.ts';
import { openPythonPredictor } from '../../src/predictor/python/python-predictor.ts';
import { spawnWorker } from '../../src/predictor/python/spawn-worker.ts';
import type { WorkerEvent } from '../../src/predictor/python/worker-event.ts';
import { processesWith } from './processes-with.ts';
import { type SavedModels, saveModels } from './saved-models.ts';

let models: SavedModels;
const folders: string[] = [];

beforeAll(() => {
  models = saveModels(['faults'], 'interop');
});
afterAll(() => {
  models.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A model directory whose loader is that Python text. */
function modelWithLoader(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'python-loader-'));
  folders.push(folder);
  mkdirSync(join(folder, 'code'));
  writeFileSync(join(folder, 'code', 'faulty_loader.py'), code);
  writeFileSync(
    join(folder, 'MLmodel'),
    'flavors:\n  python_function:\n    loader_module: faulty_loader\n    code: code\n    python_version: 3.11.0\n',
  );
  return folder;
}

describe('a model that cannot be loaded', () => {
  it.each([
    {
      name: 'a missing module',
      code: 'import module_that_is_missing',
      says: /needs the Python module 'module_that_is_missing'/,
    },
    {
      name: 'sys.exit',
      code: 'import sys\ndef _load_pyfunc(path):\n    sys.exit(3)',
      says: /ended the process \(sys.exit\)/,
    },
    {
      name: 'an error',
      code: 'def _load_pyfunc(path):\n    raise ValueError("no weights in " + path)',
      says: /ValueError: no weights in <model>/,
    },
    {
      name: 'a crash',
      code: 'import os\ndef _load_pyfunc(path):\n    os.kill(os.getpid(), 11)',
      says: /SIGSEGV/,
    },
  ])('is refused with one line that says why: $name', async ({ code, says }) => {
    const directory = modelWithLoader(code);
    const events: WorkerEvent[] = [];

    const opening = openPythonPredictor({
      python: models.python,
      directory,
      onEvent: (event) => events.push(event),
    });

    const error = await opening.then(String, (failure: Error) => failure);
    expect(error).toMatchObject({ code: 'INTERNAL_ERROR', message: expect.stringMatching(says) });
    expect((error as Error).message).not.toContain('\n');
    const log = events.flatMap((event) => (event.type === 'line' ? [event.text] : [])).join('\n');
    expect(log).toMatch(/Traceback|Fatal Python error/);
    expect(processesWith(directory)).toEqual([]);
  });

  it('says that the interpreter cannot be run', async () => {
    const opening = openPythonPredictor({
      python: '/no/such/python',
      directory: models.directory('faults'),
    });

    await expect(opening).rejects.toMatchObject({
      message: /interpreter cannot be run \(ENOENT\)/,
    });
  });
});

describe('frames of 2 GB', () => {
  it('are refused here before they are sent, and the model goes on', async () => {
    const directory = models.directory('faults');
    const predictor = await openPythonPredictor({ python: models.python, directory });
    const body = new Uint8Array(2 ** 31);

    await expect(
      predictor.score({ contentType: 'text/csv', body, maxRows: 1 }),
    ).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' });

    const { text } = await predictor.score({
      contentType: 'text/csv',
      body: 'do\nok 7\n',
      maxRows: 1,
    });
    expect(text).toBe('{"predictions": "7"}');
    await predictor.release();
  });

  it('are refused by the worker by their prefix', async () => {
    const directory = models.directory('faults');
    const worker = spawnWorker({ python: models.python, directory }, 2 ** 33);
    const frames: Frame[] = [];
    const reader = createFrameReader(2 ** 20, (frame) => frames.push(frame));
    worker.answers.on('data', reader.push);
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32LE(2, 0);
    prefix.writeUInt32LE(2 ** 31, 4);

    worker.requests.write(prefix);
    await once(worker.child, 'exit');
    killGroup(worker.child.pid as number); // its guard still waits for our end
    await once(worker.child, 'close');

    expect(frames.map(({ head }) => head)).toEqual([
      expect.objectContaining({ ready: true }),
      expect.objectContaining({ status: 413, code: 'REQUEST_TOO_LARGE', last: true }),
    ]);
  });
});

describe('the end of the parent', () => {
  it('by SIGKILL ends the model and the programs that it started', async () => {
    const script = resolve('test/python/hanging-parent.ts');
    const parent = spawn(process.execPath, [script, models.python, models.directory('faults')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    await sleep(500);
    expect(processesWith('sleep\x00611').length).toBe(1);

    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await waitUntil(() => processesWith('sleep\x00611').length === 0);

    expect(processesWith(models.directory('faults'))).toEqual([]);
  });
});

async function waitUntil(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !isTrue(); i++) await sleep(100);
}
