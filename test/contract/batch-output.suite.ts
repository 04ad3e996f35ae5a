import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BatchOutput } from '../../src/batch/batch-output.ts';

export interface BatchOutputUnderTest {
  /** Over the same root each time, by another client. */
  open(): Promise<BatchOutput>;
  /** Where `open` begins anew: empty. */
  clear(): Promise<void>;
  /** How many objects are begun and not complete, of those that anybody can remove. */
  unfinished(): Promise<number>;
  close(): Promise<void>;
}

const MIB = 2 ** 20;
const bytesOf = (sizeBytes: number, seed = 'some bytes ') => Buffer.alloc(sizeBytes, seed);
const measureOf = (bytes: Uint8Array) => ({
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** Every place for results passes this suite; a store's own file adds only what is special to it. */
export function describeBatchOutput(
  name: string,
  setup: () => Promise<BatchOutputUnderTest>,
): void {
  describe(`batch output: ${name}`, () => {
    let under: BatchOutputUnderTest;
    let output: BatchOutput;

    beforeAll(async () => {
      under = await setup();
    });
    afterAll(() => under.close());
    beforeEach(async () => {
      await under.clear();
      output = await under.open();
    });

    const begin = async (bytes: Uint8Array, key = 'a/b/rows.csv', to = output) => {
      const pending = await to.create(key, 'text/csv');
      for (let at = 0; at < bytes.length; at += 3 * MIB) {
        await pending.write(bytes.subarray(at, at + 3 * MIB));
      }
      return pending;
    };

    it.each([
      ['no bytes', 0],
      ['a few bytes', 10],
      ['exactly one part', 8 * MIB],
      ['one byte more than a part', 8 * MIB + 1],
      ['several parts', 41 * MIB + 17],
    ])('shows an object of %s only when it is complete', async (_name, sizeBytes) => {
      const bytes = bytesOf(sizeBytes);

      const pending = await begin(bytes);
      expect(await output.measure('a/b/rows.csv')).toBeUndefined();
      expect(await pending.complete()).toBe('written');

      expect(await output.measure('a/b/rows.csv')).toEqual(measureOf(bytes));
      await pending.abort();
      expect(await output.measure('a/b/rows.csv')).toEqual(measureOf(bytes));
      expect(await under.unfinished()).toBe(0);
    });

    it.each([10, 20 * MIB])('keeps what is there: %d bytes', async (sizeBytes) => {
      const first = bytesOf(sizeBytes);
      const second = bytesOf(sizeBytes, 'others ');
      const late = await begin(second);
      await (await begin(first)).complete();

      expect(await late.complete()).toBe('conflict');
      expect(await (await begin(second)).complete()).toBe('conflict');

      expect(await output.measure('a/b/rows.csv')).toEqual(measureOf(first));
      expect(await under.unfinished()).toBe(0);
    });

    it.each([10, 9 * MIB])('lets one of many complete %d bytes', async (sizeBytes) => {
      const all = await Promise.all(
        ['1', '2', '3', '4'].map(async (seed) =>
          begin(bytesOf(sizeBytes, seed), 'race.bin', await under.open()),
        ),
      );

      const outcomes = await Promise.all(all.map((pending) => pending.complete()));

      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
      const winner = String(outcomes.indexOf('written') + 1);
      expect(await output.measure('race.bin')).toEqual(measureOf(bytesOf(sizeBytes, winner)));
      expect(await under.unfinished()).toBe(0);
    });

    it.each([10, 20 * MIB])('leaves nothing of %d bytes that were given up', async (sizeBytes) => {
      const pending = await begin(bytesOf(sizeBytes));

      await pending.abort();
      await pending.abort();

      expect(await output.measure('a/b/rows.csv')).toBeUndefined();
      expect(await under.unfinished()).toBe(0);
    });

    it('reads, writes on conditions, and deletes small objects', async () => {
      const write = (text: string, condition: Parameters<BatchOutput['write']>[2]) =>
        output.write('x/m.json', Buffer.from(text), condition);

      expect(await output.read('x/m.json')).toBeUndefined();
      expect(await write('one', { ifAbsent: true })).toBe('written');
      expect(await write('two', { ifAbsent: true })).toBe('conflict');
      const { bytes, etag } = (await output.read('x/m.json')) ?? { etag: '' };
      expect(Buffer.from(bytes ?? []).toString()).toBe('one');
      expect(await write('two', { ifMatch: etag })).toBe('written');
      expect(await write('three', { ifMatch: etag })).toBe('conflict');
      await output.delete('x/m.json');
      await output.delete('x/m.json');
      expect(await output.read('x/m.json')).toBeUndefined();
      expect(await write('four', { ifMatch: etag })).toBe('conflict');
    });

    it.each([
      'in/2026 ü/rows (1).csv/0123456789abcdef/x',
      "quo'te/a+b&c=d<e>.csv/x",
      '日本/%20/x',
    ])('takes the key %s', async (key) => {
      await (await begin(bytesOf(10), key)).complete();

      expect(await output.measure(key)).toEqual(measureOf(bytesOf(10)));
    });

    it.each(['../a', 'a//b', '/a', 'a/', ''])('refuses %j as a key', async (key) => {
      const refusal = { code: 'INVALID_PARAMETER_VALUE' };

      await expect(output.create(key, 'text/csv')).rejects.toMatchObject(refusal);
      await expect(output.read(key)).rejects.toMatchObject(refusal);
    });
  });
}
