import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchOutput } from '../../../src/batch/batch-output.ts';
import { takeClaim } from '../../../src/batch/job/claim.ts';
import { createLocalOutput } from '../../../src/batch/store/local-output.ts';
import { createProcessMark } from '../../../src/serving/process-mark.ts';

const KEY = 'job/_claim.json';
const LEASE_MS = 150;

let root: string;
let output: BatchOutput;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'claim-'));
  output = createLocalOutput(root);
});
afterEach(() => rmSync(root, { recursive: true }));

const take = (from = output) => takeClaim(from, KEY, LEASE_MS);
const held = { heldUntilMs: expect.any(Number) };
const claim = { release: expect.any(Function) };
const put = (text: string) => output.write(KEY, Buffer.from(text), { ifAbsent: true });

describe('takeClaim', () => {
  it('gives a job to one of many', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => take()));

    const claims = outcomes.filter((outcome) => 'release' in outcome);
    expect(claims).toHaveLength(1);
    await claims[0]?.release();
    expect(await output.read(KEY)).toBeUndefined();
    expect(await take()).toEqual(claim);
  });

  it('holds longer than its lease while its run lives', async () => {
    const first = await take();
    await sleep(3 * LEASE_MS);

    expect(await take()).toEqual(held);

    if ('release' in first) await first.release();
  });

  it('takes over from a run whose lease has ended', async () => {
    await put(JSON.stringify({ owner: createProcessMark(), untilMs: Date.now() - 1 }));

    expect(await take()).toEqual(claim);
  });

  it('takes over at once from a process of this machine that has ended', async () => {
    const gone = createProcessMark().replace(/\.\d+\.(\d+\.[0-9a-f]+)$/, '.4194305.$1');
    await put(JSON.stringify({ owner: gone, untilMs: Date.now() + 60_000 }));

    expect(await take()).toEqual(claim);
  });

  it('leaves alone what another machine may be at', async () => {
    const other = `other${createProcessMark()}`;
    await put(JSON.stringify({ owner: other, untilMs: Date.now() + 60_000 }));

    expect(await take()).toEqual(held);
  });

  it('takes over from what is no claim', async () => {
    await put('{"owner"');

    expect(await take()).toEqual(claim);
  });

  it('does not remove the claim of who has taken over', async () => {
    const first = await take();
    const { etag } = (await output.read(KEY)) ?? { etag: '' };
    const others = JSON.stringify({ owner: createProcessMark(), untilMs: Date.now() + 60_000 });
    await output.write(KEY, Buffer.from(others), { ifMatch: etag });

    await sleep(LEASE_MS);
    if ('release' in first) await first.release();

    expect(String(Buffer.from((await output.read(KEY))?.bytes ?? []))).toBe(others);
  });
});
