import { createInterface } from 'node:readline';
import { openSources } from '../../src/endpoint/open-sources.ts';
import { ndArray } from '../../src/model/nd-array.ts';
import { parseMlModel } from '../../src/model/parse-mlmodel.ts';
import { openPredictor } from '../../src/predictor/open-predictor.ts';
import { createDiskCache } from '../../src/serving/disk-cache.ts';
import { createModelLoader } from '../../src/serving/load-model.ts';
import { createModelCache } from '../../src/serving/model-cache.ts';
import { parsed } from './parsed.ts';

// A process that answers each line on its input, a model URI, with `<milliseconds> <prediction for [1, 1, 1]>`.
const { registry, store } = await openSources(process.env);
const loader = createModelLoader({
  store,
  diskCache: createDiskCache({ directory: process.env['CACHE_DIRECTORY'] as string }),
  parseMlModel,
  openPredictor: ({ directory, mlmodel }) => openPredictor(directory, mlmodel),
});
const cache = createModelCache({
  registry,
  loader,
  ttlMs: 50,
  lookupDeadlineMs: 500,
  catchUpMs: 5_000,
});

for await (const uri of createInterface({ input: process.stdin })) {
  const startedAtMs = performance.now();
  const lease = await cache.acquire(uri);
  const input = ndArray('float32', [1, 3], Float32Array.of(1, 1, 1));
  const output = (await parsed(lease.model.predictor).predict(input, null)) as Map<
    string,
    { data: unknown }
  >;
  lease.release();
  const [first] = [...output.values()];
  process.stdout.write(`${Math.round(performance.now() - startedAtMs)} ${first?.data}\n`);
}
