import { ServingError } from '../../errors.ts';
import type { BatchManifest, BatchManifestFile } from '../batch-manifest.ts';
import type { BatchOutput } from '../batch-output.ts';
import { mapInOrder } from '../map-in-order.ts';
import type { BatchJob, BatchOutcome } from './batch-job.ts';
import { checkRefused } from './check-refused.ts';
import { identifyJob } from './job-identity.ts';
import { jobFolder, MANIFEST_NAME, PART_RECORD_NAME, partFolder } from './output-names.ts';
import { encodeManifest, readManifest } from './read-manifest.ts';
import { resolveOptions } from './resolve-options.ts';

const READS_AT_ONCE = 16;

export interface PartsToFinish {
  /** First row of each part, in their order, as they were planned. */
  readonly firstRows: readonly number[];
  /** Of the whole file, where the plan knows. */
  readonly rowCount?: number;
}

/**
 * Write the one manifest of a file that was scored in parts, when every part is there and every row is in one of them.
 *
 * @throws {ServingError} INVALID_STATE when a part is missing, or has other rows than were planned; BAD_REQUEST when too many rows
 *   were refused; what the output throws
 */
export async function finishBatchJob(
  job: Pick<BatchJob<unknown, unknown>, 'input' | 'output' | 'model' | 'options'>,
  { firstRows, rowCount }: PartsToFinish,
): Promise<BatchOutcome> {
  const { input, output, model } = job;
  const options = resolveOptions(input.key, job.options);
  const id = identifyJob(input, model, options);
  const folder = jobFolder(input.key, id);
  const key = `${folder}/${MANIFEST_NAME}`;
  const before = await readManifest(output, key);
  if (before) return { kind: 'done-before', manifest: before };

  const parts: BatchManifest[] = [];
  const folders = firstRows.map((_, index) => partFolder(index, firstRows.length));
  const read = (name: string) => readPart(output, `${folder}/${name}`);
  for await (const part of mapInOrder(folders, READS_AT_ONCE, read)) parts.push(part);
  checkPlanned(parts, { firstRows, ...(rowCount !== undefined && { rowCount }) });
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

/** Every row is in one part: each ends where the next begins. */
function checkPlanned(parts: readonly BatchManifest[], { firstRows, rowCount }: PartsToFinish) {
  let next = 0;
  for (const [index, part] of parts.entries()) {
    if (firstRows[index] !== next)
      throw otherRows(index, `begins at row ${firstRows[index]}`, next);
    next += part.rows.in;
  }
  if (rowCount !== undefined && next !== rowCount) {
    throw otherRows(parts.length - 1, `ends before row ${next}`, rowCount);
  }
}

const otherRows = (index: number, found: string, expected: number): ServingError =>
  new ServingError(
    'INVALID_STATE',
    `part ${index + 1} ${found}; expected row ${expected}: the parts are not of one plan`,
  );

const sum = (parts: readonly BatchManifest[], which: keyof BatchManifest['rows']): number =>
  parts.reduce((total, { rows }) => total + rows[which], 0);

const below = (
  folder: string | undefined,
  files: readonly BatchManifestFile[],
): BatchManifestFile[] => files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
