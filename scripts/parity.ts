import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openAzureDoor } from '../test/parity/azure-door.ts';
import { readRecordings } from '../test/parity/recordings.ts';
import { type Door, type Outcome, replay } from '../test/parity/replay.ts';

/**
 * `npm run parity -- [DIR] [--door azure]`: replay every recording in DIR through the HTTP core, or through the functions of Azure before it,
 * and print `N passed, M failed` after a line for each failure. Exit code 1 when one failed or none ran.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { door: { type: 'string', default: 'core' } },
});
const [directory = 'test/parity/golden'] = positionals;
if (!existsSync(directory)) {
  console.error(`there is no directory ${directory}: give one that holds recordings (*.json)`);
  process.exit(1);
}
if (!['core', 'azure'].includes(values.door)) {
  console.error(`there is no door ${values.door}: core and azure are`);
  process.exit(1);
}
const door: Door | undefined = values.door === 'azure' ? await openAzureDoor() : undefined;
const outcomes: Outcome[] = [];
for (const file of readRecordings(directory)) {
  if (file.kind === 'other') console.log(`${file.name}: not a file of scoring cases, left out`);
  outcomes.push(...(await replay(file, door)));
}
const failures = outcomes.filter(({ failure }) => failure !== undefined);
for (const { file, group, name, failure } of failures) {
  console.log(`FAIL ${file} ${group} | ${name} | ${failure}`);
}
console.log(`${outcomes.length - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && outcomes.length > 0 ? 0 : 1;
