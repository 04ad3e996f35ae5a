import { measurePair, openLambdaPath, type PairedTimes } from './lambda-path.ts';
import { makeBodies } from './rows.ts';

/** One comparison of the built handler with the floor. */
export interface Pair extends PairedTimes {
  what: string;
}

/**
 * `node lambda-pairs.ts MODEL ROW_ROUNDS BODY_ROUNDS`: one row and large bodies through the handler and the
 * floor, in turn, in a process of its own (a function opens one model). Prints the pairs as JSON.
 */
const [model = '', rowRounds, bodyRounds] = process.argv.slice(2);
const path = await openLambdaPath(model);
const pairs: Pair[] = [];
const row = makeBodies(1, 4).json;
const one = await measurePair(
  Number(rowRounds),
  () => path.handler(row, 'application/json'),
  () => path.floorJson(row),
);
pairs.push({ what: '(b) one row through the Lambda handler', ...one });
for (const decimals of [4, 17]) {
  const { json, csv } = makeBodies(10_000, decimals);
  for (const [format, ours, floor] of [
    ['JSON', () => path.handler(json, 'application/json'), () => path.floorJson(json)],
    ['CSV', () => path.handler(csv, 'text/csv'), () => path.floorCsv(csv)],
  ] as const) {
    const what = `(d) 10,000 × 20 ${format}, ${decimals} decimals`;
    pairs.push({ what, ...(await measurePair(Number(bodyRounds), ours, floor)) });
  }
}
console.log(JSON.stringify(pairs));
process.exit(0);
