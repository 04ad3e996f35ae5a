/**
 * Started as a process of its own: `node wine-job-child.ts <output> <leaseMs>`, settings from the environment. Says `ready` when the
 * model is open, scores what it hears of (`{"input", "options"}`, one line of JSON), and says how far it is.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { runBatchJob } from '../../src/batch/job/run-batch-job.ts';
import { openBatchInput } from '../../src/batch/store/open-batch-input.ts';
import { openBatchOutput } from '../../src/batch/store/open-batch-output.ts';
import { openWineJobs } from './wine-job.ts';

const [output = '', leaseMs = ''] = process.argv.slice(2);
const to = await openBatchOutput(output, process.env);
const { jobOf } = await openWineJobs();
writeSync(1, 'ready\n');
const [heard] = await once(process.stdin, 'data');
const { input, options } = JSON.parse(String(heard));
const from = await openBatchInput(input, process.env);
const outcome = await runBatchJob({
  ...jobOf(from, to, options),
  leaseMs: Number(leaseMs),
  onProgress: ({ rowsIn }) => writeSync(1, `${rowsIn} rows\n`),
});
writeSync(1, `${outcome.kind}\n`);
process.exit();
