import { openLambdaPath } from './lambda-path.ts';

/** Answer one request with the built handler and print the process's resident bytes. */
export async function printResidentBytes(): Promise<void> {
  const path = await openLambdaPath(process.env['BENCH_MODEL'] ?? '', { withFloor: false });
  await path.handler(process.env['BENCH_BODY'] ?? '', 'application/json');
  console.log(process.memoryUsage().rss);
}
