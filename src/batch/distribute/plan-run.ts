import { createHash } from 'node:crypto';
import { ServingError } from '../../errors.ts';
import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOptions } from '../batch-options.ts';
import type { BatchOutput } from '../batch-output.ts';
import { checkPlaces } from '../job/check-places.ts';
import type { RangePlan } from '../read/plan-ranges.ts';
import { findInputs } from './find-inputs.ts';
import { planFile, type SplitOptions } from './plan-file.ts';
import type { PlannedInput, PlannedItem, PlannedRun } from './planned-run.ts';
import { headerKey, planKey } from './run-names.ts';
import type { BatchRunRequest } from './run-request.ts';
import type { RunStores } from './run-stores.ts';

export interface PlanOptions extends SplitOptions {
  readonly model: BatchManifest['model'];
  readonly stores: RunStores;
  readonly signal?: AbortSignal;
}

/** Hex digits, as a job's. */
const ID_LENGTH = 16;

/**
 * Find the files of a run, cut the large ones into parts, and write the plan: one line for each call of the function.
 *
 * Planned again, a run has the same id and the same plan, as long as its files are the same.
 *
 * @throws {ServingError} as `findInputs` and `planFile`; INVALID_PARAMETER_VALUE when input and output overlap; INVALID_STATE when
 *   a file was replaced meanwhile
 */
export async function planRun(request: BatchRunRequest, options: PlanOptions): Promise<PlannedRun> {
  const { model, stores } = options;
  checkPlaces(request.input, request.output);
  const output = await stores.openOutput(request.output);
  const inputs = await findInputs(request, stores);
  const chosen = request.options ?? {};
  const id = identifyRun(request, inputs, options);
  const items: PlannedItem[] = [];
  for (const [file, input] of inputs.entries()) {
    options.signal?.throwIfAborted();
    const cut = await cutInput(input, chosen, options);
    if (cut === undefined) {
      items.push({ index: items.length, input, sizeBytes: input.sizeBytes });
      continue;
    }
    const key = cut.header.length === 0 ? undefined : headerKey(id, file);
    if (key !== undefined) await writeOnce(output, key, cut.header);
    items.push(...partsOf(input, cut, items.length, key));
  }
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  await writeOnce(output, planKey(id), Buffer.from(lines));
  return {
    id,
    input: request.input,
    output: output.uri,
    options: chosen,
    model,
    files: inputs.length,
    items: items.length,
    sizeBytes: inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    startedAt: new Date().toISOString(),
  };
}

/** Small files are not even opened. */
async function cutInput(
  planned: PlannedInput,
  chosen: BatchOptions,
  { stores, ...split }: PlanOptions,
): Promise<RangePlan | undefined> {
  if (planned.sizeBytes <= split.splitAboveBytes) return undefined;
  const input = await stores.openInput(planned);
  if (input.etag !== planned.etag) throw replaced(planned);
  return planFile(input, chosen, split);
}

function partsOf(
  input: PlannedInput,
  { ranges, headerFields }: RangePlan,
  firstIndex: number,
  headerKey: string | undefined,
): PlannedItem[] {
  const count = ranges.length;
  return ranges.map((range, index) => ({
    index: firstIndex + index,
    input,
    part: { index, count, range, headerFields, ...(headerKey !== undefined && { headerKey }) },
    sizeBytes: range.end - range.start,
  }));
}

/**
 * The plan as a whole is named, so that items of two plans never meet: how files are cut is a part of it.
 */
function identifyRun(
  { input, output, options = {} }: BatchRunRequest,
  inputs: readonly PlannedInput[],
  { model, splitAboveBytes, rangeBytes }: PlanOptions,
): string {
  const parts = [
    1, // of the form of this list
    [input, output, model.digest, splitAboveBytes, rangeBytes],
    Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    inputs.map(({ uri, versionId = '', etag, sizeBytes }) => [uri, versionId, etag, sizeBytes]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, ID_LENGTH);
}

/** What the same plan has written before stays. */
async function writeOnce(output: BatchOutput, key: string, bytes: Uint8Array): Promise<void> {
  if ((await output.write(key, bytes, { ifAbsent: true })) === 'written') return;
  const found = await output.read(key);
  if (found !== undefined && Buffer.from(found.bytes).equals(bytes)) return;
  throw new ServingError(
    'INVALID_STATE',
    `${output.uri}/${key} is of another plan; remove it and start the run again`,
  );
}

const replaced = ({ uri }: PlannedInput): ServingError =>
  new ServingError(
    'INVALID_STATE',
    `${uri} was replaced while the run was planned; start it again`,
  );
