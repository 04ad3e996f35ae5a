import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runConverter } from '../../../src/convert/run-converter.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-converter-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Run a script in the interpreter's place; `$output` is where the converter writes. */
function run(script: string, timeoutMs = 20_000) {
  const python = join(folder, 'python');
  const output = join(folder, 'output');
  writeFileSync(python, `#!/bin/sh\noutput=${output}\n${script}\n`);
  chmodSync(python, 0o755);
  return runConverter({
    python,
    model: folder,
    output,
    numbers: 'double',
    folders: [],
    timeoutMs,
  });
}

it.each([
  {
    name: 'is killed',
    script: 'kill -9 $$',
    code: 'INTERNAL_ERROR',
    message: 'the converter was killed (out of memory?)',
  },
  {
    name: 'raises',
    script:
      'echo "Traceback (most recent call last):" >&2; echo "  File x" >&2; echo "ValueError: no such operator" >&2; exit 1',
    code: 'INTERNAL_ERROR',
    message: 'the converter crashed with exit code 1: ValueError: no such operator',
  },
  {
    name: 'says that it refuses, and not why',
    script: 'exit 3',
    code: 'INTERNAL_ERROR',
    message: 'the converter crashed with exit code 3',
  },
  {
    name: 'hangs',
    script: `sleep 600 & echo $! > $output/child; wait`,
    timeoutMs: 1_000,
    code: 'DEADLINE_EXCEEDED',
    message:
      'the conversion took longer than 1 s; give it more with --timeout, or serve the model with runtime: python',
  },
])('says in one line how a converter ended that $name', async (fault) => {
  const { script, code, message, timeoutMs } = fault;

  await expect(run(script, timeoutMs)).rejects.toMatchObject({ code, message });
});

it('leaves nothing running of a converter that hangs', async () => {
  await expect(run('sleep 600 & echo $! > $output/child; wait', 1_000)).rejects.toThrow('longer');

  const child = Number(readFileSync(join(folder, 'output', 'child'), 'utf8'));
  await expect.poll(() => isRunning(child), { timeout: 5_000 }).toBe(false);
});

it('passes on why a model cannot be converted', async () => {
  const script = `echo '{"reason": "unsupported", "message": "no converter for  KNN"}' > $output/error.json; exit 3`;

  expect(await run(script)).toMatchObject({ kind: 'refused', reason: 'no converter for KNN' });
});

it('does not believe a converter that writes nonsense', async () => {
  await expect(run('echo "{}" > $output/conversion.json')).rejects.toThrow('conversion');
});

function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === false;
  } catch {
    return false; // gone
  }
}
