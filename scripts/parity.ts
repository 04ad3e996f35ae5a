import { existsSync } from 'node:fs';
import { readRecordings } from '../test/parity/recordings.ts';
import { type Outcome, replay } from '../test/parity/replay.ts';

/**
 * `npm run parity -- DIR`: replay every recording in DIR through the HTTP core and print
 * `N passed, M failed` after a line for each failure. Exit code 1 when one failed or none ran.
 */
const directory = process.argv[2] ?? 'test/parity/golden';
if (!existsSync(directory)) {
  console.error(`there is no directory ${directory}: give one that holds recordings (*.json)`);
  process.exit(1);
}
const outcomes: Outcome[] = [];
for (const file of readRecordings(directory)) {
  if (file.kind === 'other') console.log(`${file.name}: not a file of scoring cases, left out`);
  outcomes.push(...(await replay(file)));
}
const failures = outcomes.filter(({ failure }) => failure !== undefined);
for (const { file, group, name, failure } of failures) {
  console.log(`FAIL ${file} ${group} | ${name} | ${failure}`);
}
console.log(`${outcomes.length - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && outcomes.length > 0 ? 0 : 1;
