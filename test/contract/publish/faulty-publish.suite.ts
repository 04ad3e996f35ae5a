import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSources } from '../../../src/endpoint/open-sources.ts';
import { publishModel } from '../../../src/endpoint/publish-model.ts';
import { ServingError } from '../../../src/errors.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { type ChaosProxy, type Mishap, startChaosProxy } from '../../helpers/chaos-proxy.ts';
import { onnxModelFiles } from '../../helpers/published-model.ts';
import { createS3Upload } from '../../helpers/s3-upload.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';
import { createRandom } from '../../interop/random.ts';

export interface BucketUnderTest {
  readonly bucket: string;
  readonly endpoint: string;
  readonly environment: Readonly<Record<string, string>>;
}

const LARGE_BYTES = 20 * 2 ** 20;

/** Publish from a bucket to a bucket through a line that throttles, cuts answers short and loses them. */
export function describeFaultyPublish(place: string, setup: () => Promise<BucketUnderTest>): void {
  describe(`publish to ${place} through a bad line`, () => {
    let under: BucketUnderTest;
    let proxy: ChaosProxy;
    let root: string;

    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), 'faulty-'));
      under = await setup();
      proxy = await startChaosProxy(under.endpoint);
      const upload = createS3Upload(under.endpoint, under.environment);
      const files = onnxModelFiles(linearModel(), '{"inputs": [[1.0, 2.0, 3.0]]}');
      for (const [path, bytes] of Object.entries({
        ...files,
        'large.bin': randomBytes(LARGE_BYTES),
      })) {
        await upload.put(under.bucket, `source/model/${path}`, bytes);
      }
    });
    afterAll(async () => {
      await proxy.close();
      rmSync(root, { recursive: true });
    });

    const throughProxy = () => ({ ...under.environment, MLFLOW_S3_ENDPOINT_URL: proxy.url });
    const registryUri = () => `s3://${under.bucket}/registry`;

    async function publish(version: number) {
      const environment = throughProxy();
      return publishModel({
        modelUri: `s3://${under.bucket}/source/model`,
        environment,
        target: await openObjectStore(registryUri(), environment),
        name: 'wine',
        version: String(version),
      });
    }

    /** Straight to the server: whether the version is there, with every byte. */
    async function isWhole(version: number): Promise<boolean> {
      const environment = { ...under.environment, MLFLOW_REGISTRY_URI: registryUri() };
      const { registry, store } = await openSources(environment);
      const found = await registry.resolve(`models:/wine/${version}`).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
      });
      if (!found) return false;
      const directory = join(mkdtempSync(join(root, 'seen-')), 'model');
      await store.download(found.source, directory, { files: found.files ?? [] });
      expect(readdirSync(directory)).toHaveLength(4);
      rmSync(directory, { recursive: true });
      return true;
    }

    it.each([
      { name: 'throttles', mishaps: ['throttle'] },
      { name: 'cuts answers short', mishaps: ['cut'] },
      { name: 'loses answers', mishaps: ['lose'] },
      { name: 'does all of that', mishaps: ['throttle', 'cut', 'lose'] },
    ] as const)('succeeds, or fails clean, when it $name', async ({ name, mishaps }) => {
      const { below } = createRandom(name.length);
      const outcomes = { published: 0, refused: 0 };
      const versions = [1, 2, 3, 4, 5].map((n) => n + 10 * name.length);
      for (const version of versions) {
        proxy.choose = () => {
          const drawn = below(5 * mishaps.length);
          return (mishaps[drawn] as Mishap | undefined) ?? 'pass';
        };
        const published = await publish(version).catch((error: unknown) => {
          expect(error).toBeInstanceOf(ServingError);
          expect(error).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
          return undefined;
        });
        outcomes[published ? 'published' : 'refused'] += 1;
        if (published) expect(await isWhole(version)).toBe(true);
        else await isWhole(version);

        proxy.choose = () => 'pass';
        expect(await publish(version)).toMatchObject({ version: String(version) });
        expect(await isWhole(version)).toBe(true);
      }

      console.log(`${name}: ${JSON.stringify(outcomes)}, ${JSON.stringify(proxy.counts)}`);
      expect(outcomes.published).toBeGreaterThan(0);
    }, 300_000);
  });
}
