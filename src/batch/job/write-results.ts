import type { BatchManifest } from '../batch-manifest.ts';
import { mapInOrder } from '../map-in-order.ts';
import type { BatchJob } from './batch-job.ts';
import { checkRefused } from './check-refused.ts';
import { countRows } from './count-rows.ts';
import { encodeRefused } from './encode-refused.ts';
import { createMeasuredObject, type MeasuredObject } from './measured-object.ts';
import type { OutputNames } from './output-names.ts';
import type { ResolvedOptions } from './resolve-options.ts';

export interface ResultPlace {
  /** Of the job, relative to the output. */
  readonly folder: string;
  readonly names: OutputNames;
  /** Of the file or part. */
  readonly firstRow: number;
}

/** What the manifest says about rows and files. */
export type Results = Pick<BatchManifest, 'rows' | 'outputs' | 'errors'>;

/**
 * Score every row and write predictions and errors, both visible only when the last row is accounted for.
 *
 * @returns `other` when files with other bytes are there under these names: the model does not answer twice the same
 * @throws {ServingError} BAD_REQUEST when more rows were refused than the options allow (the errors file is there then); what
 *   input, output and engine throw; the signal's reason
 */
export async function writeResults<Item, Piece>(
  job: Pick<BatchJob<Item, Piece>, 'input' | 'output' | 'engine' | 'signal' | 'onProgress'>,
  options: ResolvedOptions,
  { folder, names, firstRow }: ResultPlace,
): Promise<Results | 'other'> {
  const { input, output, engine, signal, onProgress } = job;
  const rows = countRows(firstRow);
  const { predictions: name, contentType } = names;
  const predictions = await createMeasuredObject(output, { folder, name, contentType });
  let errors: MeasuredObject | undefined;
  const openErrors = async () => {
    const place = { folder, name: names.errors, contentType: 'application/jsonl' };
    errors ??= await createMeasuredObject(output, place);
    return errors;
  };

  try {
    signal?.throwIfAborted();
    const assembler = engine.assemble(options);
    const chunks = mapInOrder(engine.read(input, options), engine.parallel ?? 1, (item) =>
      engine.score(item, options),
    );
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      rows.add(chunk);
      if (chunk.refused.length > 0) await (await openErrors()).write(encodeRefused(chunk.refused));
      await predictions.write(await assembler.add(chunk.piece));
      onProgress?.({ rowsIn: rows.total().in, refused: rows.total().refused });
    }
    await predictions.write(await assembler.end());
    signal?.throwIfAborted();
    return await settle();
  } finally {
    await Promise.all([predictions.abort(), errors?.abort()]);
  }

  /** Errors first: they are all that a job with too many of them leaves. */
  async function settle(): Promise<Results | 'other'> {
    const total = rows.total();
    const errorsFile = await errors?.settle(total.refused);
    if (errorsFile === 'other') return 'other';
    checkRefused(total, options, `${output.uri}/${folder}/${names.errors}`);
    const file = await predictions.settle(total.out);
    if (file === 'other') return 'other';
    return { rows: total, outputs: [file], errors: errorsFile ? [errorsFile] : [] };
  }
}
