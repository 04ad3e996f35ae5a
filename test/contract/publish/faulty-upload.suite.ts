import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { startStoreFaultProxy } from '../../helpers/store-fault-proxy.ts';

export interface FaultyUploadOptions {
  /** Of the file: many parts. */
  readonly sizeBytes: number;
  /** Of the server. */
  readonly url: string;
  /** How a program is told to use the server, or a proxy before it. */
  readonly environmentVia: (url: string) => Readonly<Record<string, string>>;
  readonly makeRoot: () => Promise<string>;
}

/** One large file, while half of all requests go wrong. */
export function describeFaultyUpload(place: string, options: FaultyUploadOptions): void {
  const { sizeBytes, url, environmentVia, makeRoot } = options;

  describe(`an upload to ${place} through a bad line`, () => {
    it('is received whole, whatever goes wrong on the way', async () => {
      const uri = await makeRoot();
      const proxy = await startStoreFaultProxy(url);
      const folder = await mkdtemp(join(tmpdir(), 'upload-'));
      const content = Buffer.alloc(sizeBytes, 'some bytes of a model ');
      const sha256 = createHash('sha256').update(content).digest('hex');
      const file = { path: join(folder, 'model.onnx'), sizeBytes, sha256 };
      await writeFile(file.path, content);
      const store = await openObjectStore(uri, environmentVia(proxy.url));
      proxy.set(({ number }) => (number % 4 === 1 ? 'lose' : number % 4 === 3 ? 'cut' : undefined));

      await store.upload('model.onnx', file);

      const found = await (await openObjectStore(uri, environmentVia(url))).read('model.onnx');
      expect(content.equals(found?.bytes ?? Buffer.of())).toBe(true);
      expect(proxy.counts.lose).toBeGreaterThan(0);
      await proxy.close();
      await rm(folder, { recursive: true });
    }, 120_000);
  });
}
