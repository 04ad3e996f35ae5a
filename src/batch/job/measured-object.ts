import { createHash } from 'node:crypto';
import type { BatchManifestFile } from '../batch-manifest.ts';
import type { BatchOutput, ObjectMeasure } from '../batch-output.ts';

/** One file of a job while it is written, with what its manifest says about it. */
export interface MeasuredObject {
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Make the file visible. One with the same bytes may be there already: of a run that was killed, or is faster.
   *
   * @returns `other` when there is a file with other bytes
   */
  settle(rows: number): Promise<BatchManifestFile | 'other'>;
  /** Never rejects. */
  abort(): Promise<void>;
}

export interface ObjectPlace {
  /** Of the job, relative to the output. */
  readonly folder: string;
  readonly name: string;
  readonly contentType: string;
}

export async function createMeasuredObject(
  output: BatchOutput,
  { folder, name, contentType }: ObjectPlace,
): Promise<MeasuredObject> {
  const key = `${folder}/${name}`;
  const pending = await output.create(key, contentType);
  const hash = createHash('sha256');
  let sizeBytes = 0;

  return {
    async write(bytes) {
      if (bytes.length === 0) return;
      hash.update(bytes);
      sizeBytes += bytes.length;
      await pending.write(bytes);
    },
    async settle(rows) {
      const ours = { sizeBytes, sha256: hash.digest('hex') };
      const outcome = await pending.complete();
      if (outcome === 'conflict' && !isSame(await output.measure(key), ours)) return 'other';
      return { path: name, rows, ...ours };
    },
    abort: () => pending.abort(),
  };
}

const isSame = (found: ObjectMeasure | undefined, ours: ObjectMeasure): boolean =>
  found?.sizeBytes === ours.sizeBytes && found.sha256 === ours.sha256;
