import { ServingError } from '../../errors.ts';
import type { BatchInput } from '../batch-input.ts';
import type { BatchOutput } from '../batch-output.ts';
import type { Chunk } from '../chunk.ts';
import type { BatchEngine, BatchJob, BatchOutcome } from '../job/batch-job.ts';
import { runBatchJob } from '../job/run-batch-job.ts';
import { runBatchPart } from '../job/run-batch-part.ts';
import { openRange } from '../read/open-range.ts';
import type { ItemRecord, PlannedItem, PlannedPart, PlannedRun } from './planned-run.ts';
import { itemKey } from './run-names.ts';
import type { RunStores } from './run-stores.ts';

export interface ItemOptions<Item, Piece> {
  /** Of the model that the run is for. */
  readonly engine: BatchEngine<Item | Chunk, Piece>;
  readonly stores: RunStores;
  readonly signal?: AbortSignal;
}

/**
 * Score one item of a run, with the effect of exactly once, and write down that it is done.
 *
 * @throws {ServingError} as `runBatchJob` and `runBatchPart`; TEMPORARILY_UNAVAILABLE while another call is at it; INVALID_STATE when
 *   the file is no longer what was planned
 */
export async function runItem<Item, Piece>(
  run: PlannedRun,
  item: PlannedItem,
  { engine, stores, signal }: ItemOptions<Item, Piece>,
): Promise<ItemRecord> {
  const [input, output] = await Promise.all([
    stores.openInput(item.input),
    stores.openOutput(run.output),
  ]);
  if (input.etag !== item.input.etag) throw replaced(item);
  const { model, options } = run;
  const job = { input, output, model, options, engine, ...(signal && { signal }) };
  const outcome = item.part ? await runPart(job, item.part) : await runBatchJob(job);
  if (outcome.kind === 'busy') throw busy(item, outcome.heldUntilMs);
  const { rows } = outcome.manifest;
  const record: ItemRecord = { index: item.index, rows, sizeBytes: item.sizeBytes };
  // Another call may have written it; both say the same.
  await output.write(itemKey(run.id, item.index), Buffer.from(JSON.stringify(record)), {
    ifAbsent: true,
  });
  return record;
}

async function runPart<Item, Piece>(
  job: BatchJob<Item | Chunk, Piece>,
  part: PlannedPart,
): Promise<BatchOutcome> {
  const { index, count, range, headerFields } = part;
  const header = await readHeader(job.output, part);
  const read: BatchEngine<Item | Chunk, Piece>['read'] = (input: BatchInput, options) => {
    const { inputFormat, isInputGzip, chunkRows } = options;
    if (inputFormat === 'json') throw new Error('a JSON body has no parts');
    const opening = { inputFormat, isInputGzip, chunkRows };
    return openRange(input, opening, { range, header, headerFields });
  };
  const engine = { ...job.engine, read };
  const { firstRow, rowCount } = range;
  return runBatchPart({ ...job, engine }, { index, count, firstRow, rowCount });
}

async function readHeader(output: BatchOutput, { headerKey }: PlannedPart): Promise<Uint8Array> {
  if (headerKey === undefined) return new Uint8Array(0);
  const found = await output.read(headerKey);
  if (found !== undefined) return found.bytes;
  throw new ServingError(
    'INVALID_STATE',
    `${output.uri}/${headerKey} is gone, which the plan of the run has written; start the run again`,
  );
}

const replaced = ({ input }: PlannedItem): ServingError =>
  new ServingError(
    'INVALID_STATE',
    `${input.uri} was replaced since the run was planned; start the run again`,
  );

const busy = ({ input }: PlannedItem, heldUntilMs: number): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `another call scores this item of ${input.uri}, until ${new Date(heldUntilMs).toISOString()} if it was killed`,
  );
