/**
 * Started as a process of its own: `node batch-child.ts <output> <leaseMs>`, settings from the environment. Says `ready` when
 * all is loaded, scores the input that it hears of, and says how far it is and what came of it.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { runBatchJob } from '../../src/batch/job/run-batch-job.ts';
import { openBatchInput } from '../../src/batch/store/open-batch-input.ts';
import { openBatchOutput } from '../../src/batch/store/open-batch-output.ts';
import { lineJob } from './line-job.ts';

const [output = '', leaseMs = ''] = process.argv.slice(2);
const to = await openBatchOutput(output, process.env);
writeSync(1, 'ready\n');
const [heard] = await once(process.stdin, 'data');
const from = await openBatchInput(String(heard).trim(), process.env);
const outcome = await runBatchJob({
  ...lineJob(from, to),
  leaseMs: Number(leaseMs),
  onProgress: ({ rowsIn }) => writeSync(1, `${rowsIn} rows\n`),
});
writeSync(1, `${outcome.kind}\n`);
process.exit();
