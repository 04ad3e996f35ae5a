import { ServingError } from '../../errors.ts';
import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOutput } from '../batch-output.ts';
import { checkPlaces } from '../job/check-places.ts';
import type { RangePlan } from '../read/range-plan.ts';
import { findInputs } from './find-inputs.ts';
import { identifyRun } from './identify-run.ts';
import { planFile, type SplitOptions } from './plan-file.ts';
import type { PlannedInput, PlannedItem, PlannedRun } from './planned-run.ts';
import { type Planning, readPlanning, writePlanning } from './planning.ts';
import { findPlan } from './read-plan.ts';
import { headerKey, planKey } from './run-names.ts';
import type { BatchRunRequest } from './run-request.ts';
import type { RunStores } from './run-stores.ts';

export interface PlanOptions extends SplitOptions {
  readonly model: BatchManifest['model'];
  readonly stores: RunStores;
  /** Asked between ranges and files: whether to stop for now, and go on in another call. @default never */
  readonly isLate?: () => boolean;
}

/**
 * Find the files of a run, cut the large ones into parts, and write the plan: one line for each call of the function.
 *
 * Planned again, a run has the same id and the same plan, as long as its files are the same. To cut text, all of it is read:
 * what is late writes down how far it is, and the next call goes on from there.
 *
 * @returns `isPlanned` false when it was late
 * @throws {ServingError} as `findInputs` and `planFile`; INVALID_PARAMETER_VALUE when input and output overlap; INVALID_STATE when
 *   a file was replaced meanwhile
 */
export async function planRun(request: BatchRunRequest, options: PlanOptions): Promise<PlannedRun> {
  const { model, stores } = options;
  checkPlaces(request.input, request.output);
  const output = await stores.openOutput(request.output);
  const inputs = await findInputs(request, stores);
  const id = identifyRun(request, inputs, model, options);
  const items = await planItems(id, inputs, { request, output, options });
  return {
    id,
    isPlanned: items !== undefined,
    input: request.input,
    output: output.uri,
    options: request.options ?? {},
    model,
    files: inputs.length,
    items: items?.length ?? 0,
    sizeBytes: inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    startedAt: new Date().toISOString(),
  };
}

interface Context {
  readonly request: BatchRunRequest;
  readonly output: BatchOutput;
  readonly options: PlanOptions;
}

/** @returns undefined when it was late */
async function planItems(
  id: string,
  inputs: readonly PlannedInput[],
  context: Context,
): Promise<readonly PlannedItem[] | undefined> {
  const { output } = context;
  const { isLate = () => false } = context.options;
  const before = await findPlan(output, id);
  if (before !== undefined) return before;
  const planning = await readPlanning(output, id);
  const items = [...planning.items];
  let { files, open } = planning;
  while (files < inputs.length) {
    const planned = await planNext(id, inputs[files] as PlannedInput, { files, open }, context);
    open = planned.open;
    if (open === undefined) {
      files += 1;
      for (const item of planned.items) items.push({ index: items.length, ...item });
    }
    if (files === inputs.length || !(open || isLate())) continue;
    await writePlanning(output, id, { items, files, ...(open && { open }) });
    return undefined;
  }
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  // Whoever planned the same run at the same time found the same.
  await output.write(planKey(id), Buffer.from(lines), { ifAbsent: true });
  return items;
}

/** Without its place among the others. */
type NewItem = Omit<PlannedItem, 'index'>;

/** @returns the file's items; or, when it was late, how far it came */
async function planNext(
  id: string,
  input: PlannedInput,
  { files, open }: { readonly files: number; readonly open: Planning['open'] },
  { output, request, options }: Context,
): Promise<{ readonly items: readonly NewItem[]; readonly open?: Planning['open'] }> {
  const key = headerKey(id, files);
  const before = open && (await reopen(open, output, key));
  const cut = await cutInput(input, { request, output, options }, before);
  const header = cut && cut.header.length > 0 ? { headerKey: key } : {};
  if (cut && 'headerKey' in header) await output.write(key, cut.header, { ifAbsent: true });
  if (cut?.rest) {
    const { ranges, rowCount, headerFields, rest } = cut;
    const { offset, firstRow } = rest;
    return { items: [], open: { ranges, rowCount, headerFields, rest: { offset, firstRow } } };
  }
  const isWhole = cut === undefined || cut.ranges.length < 2;
  return { items: isWhole ? [{ input, sizeBytes: input.sizeBytes }] : partsOf(input, cut, header) };
}

/** Small files are not even opened. */
async function cutInput(
  planned: PlannedInput,
  { request, options }: Context,
  before: RangePlan | undefined,
): Promise<RangePlan | undefined> {
  if (planned.sizeBytes <= options.splitAboveBytes) return undefined;
  const input = await options.stores.openInput(planned);
  if (input.etag !== planned.etag) throw replaced(planned);
  const { isLate } = options;
  return planFile(input, request.options ?? {}, options, {
    ...(before && { before }),
    ...(isLate && { isLate }),
  });
}

async function reopen(
  { rest, ...plan }: NonNullable<Planning['open']>,
  output: BatchOutput,
  key: string,
): Promise<RangePlan> {
  const header = (await output.read(key))?.bytes ?? new Uint8Array(0);
  const { headerFields } = plan;
  return { ...plan, header, rest: { ...rest, header, headerFields } };
}

function partsOf(
  input: PlannedInput,
  { ranges, headerFields }: RangePlan,
  header: { readonly headerKey?: string },
): NewItem[] {
  const count = ranges.length;
  return ranges.map((range, index) => ({
    input,
    part: { index, count, range, headerFields, ...header },
    sizeBytes: range.end - range.start,
  }));
}

const replaced = ({ uri }: PlannedInput): ServingError =>
  new ServingError(
    'INVALID_STATE',
    `${uri} was replaced while the run was planned; start it again`,
  );
