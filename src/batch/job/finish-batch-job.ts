import { ServingError } from '../../errors.ts';
import type { BatchInput } from '../batch-input.ts';
import type { BatchManifest, BatchManifestFile } from '../batch-manifest.ts';
import type { BatchOutput } from '../batch-output.ts';
import { mapInOrder } from '../map-in-order.ts';
import type { BatchJob, BatchOutcome } from './batch-job.ts';
import { checkRefused } from './check-refused.ts';
import { identifyJob } from './job-identity.ts';
import {
  jobFolder,
  MANIFEST_NAME,
  PART_RECORD_NAME,
  type PartRows,
  partFolder,
} from './output-names.ts';
import { encodeManifest, readManifest } from './read-manifest.ts';
import { resolveOptions } from './resolve-options.ts';

const READS_AT_ONCE = 16;

/** A job as far as it takes to finish it: nothing is read of its input any more. */
export interface JobToFinish
  extends Pick<BatchJob<unknown, unknown>, 'output' | 'model' | 'options'> {
  readonly input: Pick<BatchInput, 'uri' | 'key' | 'etag' | 'sizeBytes'>;
}

/**
 * Write the one manifest of a file that was scored in parts, when every part is there and every row is in one of them.
 *
 * @param planned all parts, in their order
 *
 * @throws {ServingError} INVALID_STATE when a part is missing, or has other rows than were planned; BAD_REQUEST when too many rows
 *   were refused; what the output throws
 */
export async function finishBatchJob(
  job: JobToFinish,
  planned: readonly PartRows[],
): Promise<BatchOutcome> {
  const { input, output, model } = job;
  const options = resolveOptions(input.key, job.options);
  const id = identifyJob(input, model, options);
  const folder = jobFolder(input.key, id);
  const key = `${folder}/${MANIFEST_NAME}`;
  const before = await readManifest(output, key);
  if (before) return { kind: 'done-before', manifest: before };

  checkPlan(planned);
  const parts: BatchManifest[] = [];
  const folders = planned.map(partFolder);
  const read = async (part: PartRows) => {
    const manifest = await readPart(output, `${folder}/${partFolder(part)}`);
    checkRows(manifest, part);
    return manifest;
  };
  for await (const part of mapInOrder(planned, READS_AT_ONCE, read)) parts.push(part);
  const rows = {
    in: sum(parts, 'in'),
    out: sum(parts, 'out'),
    refused: sum(parts, 'refused'),
  };
  checkRefused(rows, options, `${output.uri}/${folder}`);
  const startedAt = parts.map((part) => part.startedAt).toSorted()[0] ?? new Date().toISOString();
  const finishedAt = new Date().toISOString();
  const { uri, etag, sizeBytes } = input;
  const manifest: BatchManifest = {
    version: 1,
    job: id,
    input: { uri, etag, sizeBytes },
    model,
    rows,
    outputs: parts.flatMap((part, index) => below(folders[index], part.outputs)),
    errors: parts.flatMap((part, index) => below(folders[index], part.errors)),
    startedAt,
    finishedAt,
    timings: { totalMs: Date.parse(finishedAt) - Date.parse(startedAt) },
  };
  const outcome = await output.write(key, encodeManifest(manifest), { ifAbsent: true });
  if (outcome === 'written') return { kind: 'scored', manifest };
  return { kind: 'done-before', manifest: (await readManifest(output, key)) ?? manifest };
}

async function readPart(output: BatchOutput, folder: string): Promise<BatchManifest> {
  const part = await readManifest(output, `${folder}/${PART_RECORD_NAME}`);
  if (part !== undefined) return part;
  throw new ServingError(
    'INVALID_STATE',
    `${output.uri}/${folder} is not complete; score this part again, then finish the job`,
  );
}

/** Every row is in one part: each begins where the one before it ends. */
function checkPlan(planned: readonly PartRows[]): void {
  let next = 0;
  for (const { index, firstRow, rowCount } of planned) {
    if (firstRow !== next) throw otherRows(index, `begins at row ${firstRow}`, `row ${next}`);
    next += rowCount;
  }
}

function checkRows({ rows }: BatchManifest, { index, rowCount }: PartRows): void {
  if (rows.in !== rowCount) throw otherRows(index, `has ${rows.in} rows`, `${rowCount}`);
}

const otherRows = (index: number, found: string, expected: string): ServingError =>
  new ServingError(
    'INVALID_STATE',
    `part ${index + 1} ${found}; expected ${expected}: the parts are not of one plan`,
  );

const sum = (parts: readonly BatchManifest[], which: keyof BatchManifest['rows']): number =>
  parts.reduce((total, { rows }) => total + rows[which], 0);

const below = (
  folder: string | undefined,
  files: readonly BatchManifestFile[],
): BatchManifestFile[] => files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
