import { setTimeout as sleep } from 'node:timers/promises';
import type { RunManifest } from '../batch/distribute/run-manifest.ts';
import { runManifestKey } from '../batch/distribute/run-names.ts';
import type { BatchRunRequest } from '../batch/distribute/run-request.ts';
import { type RunWatch, watchRun } from '../batch/distribute/watch-run.ts';
import { shortDigest } from '../batch/short-digest.ts';
import type { DeployedRun, DeployedRuns } from '../cloud/deployed-runs.ts';
import { ServingError } from '../errors.ts';
import { openObjectStore } from '../publish/open-object-store.ts';
import { type BatchCommandOptions, jobOptions } from './batch-options.ts';
import { type BatchDisplay, createBatchProgress } from './batch-progress.ts';
import { describeRun } from './batch-text.ts';
import { EXIT } from './failure.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** How often the state machine and the bucket are asked; ms. */
const POLL_MS = 2_000;

/**
 * Have what is deployed score a file or a prefix, and show how far it is.
 *
 * The same command once more, while the run is under way, shows the same run; afterwards it starts one that finds everything done.
 */
export async function batchDeployed(
  options: BatchCommandOptions,
  runs: DeployedRuns,
): Promise<number> {
  const { input, output } = options;
  const environment = process.env;
  const signal = untilInterrupted('the run goes on where it is; the same command shows it again');
  const request: BatchRunRequest = { input, output, options: jobOptions(options) };
  const run = await runs.start(nameOf(request), request, { signal });
  process.stderr.write(`mlflow-serverless: ${run}\n`);
  const store = await openObjectStore(output, environment);
  const watch = watchRun(store, run.slice(run.lastIndexOf(':') + 1));
  const display = createBatchProgress();
  let execution: DeployedRun;
  try {
    for (;;) {
      execution = await runs.describe(run, { signal });
      await watch.update();
      show(watch, display);
      if (!execution.isUnderWay) break;
      await sleep(POLL_MS, undefined, { signal });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    display.stop();
  }
  if (execution.status !== 'SUCCEEDED') throw failed(run, execution);
  const key = runManifestKey(watch.run?.id ?? '');
  const found = await store.read(key);
  if (found === undefined) throw withoutManifest(`${output.replace(/\/+$/, '')}/${key}`);
  const text = Buffer.from(found.bytes).toString();
  const manifest = JSON.parse(text) as RunManifest;
  process.stdout.write(options.json ? text : describeRun(manifest, output, key));
  return manifest.failed.length > 0 ? EXIT.failure : EXIT.ok;
}

/** The same request is the same execution. */
const nameOf = (request: BatchRunRequest): string => `cli-${shortDigest(request)}`;

function show({ run, progress }: RunWatch, display: BatchDisplay): void {
  if (run === undefined) return;
  const { rowsIn, refused, items, sizeBytes } = progress;
  const share = run.sizeBytes === 0 ? 1 : Math.min(1, sizeBytes / run.sizeBytes);
  display.update({ rowsIn, refused, items: { done: items, all: run.items }, share });
}

/** Lambda's cause is JSON: the message in it is the one to read. */
function failed(run: string, { status, error = '', cause = '' }: DeployedRun): ServingError {
  const reason = messageIn(cause) ?? cause;
  const text = [error, reason].filter((part) => part !== '').join(': ');
  return new ServingError(
    'INVALID_STATE',
    `the run ${status === 'FAILED' ? 'failed' : `ended as ${status}`}${text && `: ${text}`}; what is done stays done, and the same command goes on from there. ${run}`,
  );
}

function messageIn(cause: string): string | undefined {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : undefined;
  } catch {
    return undefined; // a text of Step Functions' own
  }
}

const withoutManifest = (place: string): ServingError =>
  new ServingError('INVALID_STATE', `the run ended, but there is no ${place}; start it again`);
