import type { BatchManifest } from '../batch/batch-manifest.ts';
import type { RunManifest } from '../batch/distribute/run-manifest.ts';
import type { BatchOutcome } from '../batch/job/batch-job.ts';
import { jobFolder } from '../batch/job/output-names.ts';

export type BatchDone = Exclude<BatchOutcome, { kind: 'busy' }>;

/** What a terminal is told of one file. @param output as it was named */
export function describeJob({ kind, manifest }: BatchDone, key: string, output: string): string {
  const { rows, model, timings, outputs, errors, job } = manifest;
  const how =
    kind === 'scored'
      ? `in ${(timings.totalMs / 1000).toFixed(1)} s`
      : `before, at ${manifest.finishedAt}: the same file, model and options; nothing was done`;
  const folder = `${output.replace(/\/+$/, '')}/${jobFolder(key, job)}`;
  return [
    `scored with ${nameOf(model)} ${how}: ${count(rows)}`,
    ...[...outputs, ...errors].map(({ path }) => `  ${folder}/${path}`),
    '',
  ].join('\n');
}

/** What a terminal is told of a run over many calls. */
export function describeRun(manifest: RunManifest, output: string, manifestKey: string): string {
  const { files, failed, rows, model, startedAt, finishedAt } = manifest;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const what = files.length === 1 ? '1 file' : `${files.length} files`;
  return [
    `scored ${what} with ${nameOf(model)} in ${seconds.toFixed(1)} s: ${count(rows)}`,
    `  ${output.replace(/\/+$/, '')}/${manifestKey}`,
    ...failed.map(({ uri, reason }) => `not scored: ${uri}: ${reason}`),
    '',
  ].join('\n');
}

const nameOf = ({ name, version }: BatchManifest['model']): string =>
  [name, version].filter((part) => part !== '').join(' ');

const count = ({ in: rowsIn, out, refused }: BatchManifest['rows']): string =>
  `${rowsIn} rows in, ${out} out, ${refused} refused`;
