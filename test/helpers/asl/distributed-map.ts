import { randomUUID } from 'node:crypto';
import type { Definition, State } from './definition.ts';
import { checkSize, failure, ofService, StateFailure } from './errors.ts';
import { fill, type Scope } from './paths.ts';
import type { Running } from './running.ts';

type RunStates = (definition: Definition, input: unknown, running: Running) => Promise<unknown>;

interface Child {
  readonly index: number;
  readonly input: unknown;
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/**
 * A Map state in distributed mode: items of a file of JSON Lines, a child execution for each, failures up to a share of them tolerated,
 * results written to a bucket.
 */
export async function runDistributedMap(
  state: State,
  scope: Scope,
  running: Running,
  runStates: RunStates,
): Promise<unknown> {
  const runItem = (item: unknown, index: number): Promise<Child> =>
    runChild(state, { item, index, scope }, running, runStates);
  const items = await readItems(state, scope, running);
  const tolerated = (state['ToleratedFailurePercentage'] as number | undefined) ?? 0;
  const concurrency = (state['MaxConcurrency'] as number | undefined) || 10_000;
  const children: Child[] = [];
  let next = 0;
  let failed = 0;
  const isOver = () => (failed / items.length) * 100 > tolerated;
  const workOff = async (): Promise<void> => {
    while (next < items.length && !isOver()) {
      const index = next++;
      const child = await runItem(items[index], index);
      if (child.status === 'FAILED') failed += 1;
      children.push(child);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, workOff));
  const result = await writeResults(state, children, scope, running);
  if (isOver()) {
    throw failure(
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded',
    );
  }
  return result;
}

async function readItems(state: State, scope: Scope, { services }: Running): Promise<unknown[]> {
  const reader = state['ItemReader'] as {
    Resource: string;
    ReaderConfig: unknown;
    Parameters: unknown;
  };
  if (reader.Resource !== 'arn:aws:states:::s3:getObject') throw new Error(reader.Resource);
  if (JSON.stringify(reader.ReaderConfig) !== '{"InputType":"JSONL"}') {
    throw new Error(
      `the reader ${JSON.stringify(reader.ReaderConfig)} is not known to this driver`,
    );
  }
  const { Bucket, Key } = fill(reader.Parameters, scope) as { Bucket: string; Key: string };
  let text: string;
  try {
    text = (await services.getObject(Bucket, Key)).toString();
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  } catch (error) {
    throw failure('States.ItemReaderFailed', (error as Error).message);
  }
}

async function runChild(
  state: State,
  { item, index, scope }: { item: unknown; index: number; scope: Scope },
  running: Running,
  runStates: RunStates,
): Promise<Child> {
  const context = { ...running.context, Map: { Item: { Index: index, Value: item } } };
  const input = state['ItemSelector'] ? fill(state['ItemSelector'], { ...scope, context }) : item;
  // A child is an execution of its own: it knows nothing of the map.
  const own = { Execution: { Name: randomUUID(), Input: input } };
  try {
    checkSize(input);
    const processor = state['ItemProcessor'] as Definition;
    const output = await runStates(processor, input, { ...running, context: own, visited: [] });
    return { index, input, status: 'SUCCEEDED', output };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const { name, message } = error;
    return { index, input, status: 'FAILED', error: name, cause: message };
  }
}

/** As AWS lays them out: a file for each status that there is, and one that names them. */
async function writeResults(
  state: State,
  children: readonly Child[],
  scope: Scope,
  { services }: Running,
): Promise<unknown> {
  const writer = state['ResultWriter'] as { Resource: string; Parameters: unknown } | undefined;
  if (writer === undefined) return children.map(({ output }) => output);
  if (writer.Resource !== 'arn:aws:states:::s3:putObject') throw new Error(writer.Resource);
  const { Bucket, Prefix } = fill(writer.Parameters, scope) as { Bucket: string; Prefix: string };
  const folder = `${Prefix}/${randomUUID()}`;
  const files: Record<string, { Key: string; Size: number }[]> = {
    FAILED: [],
    PENDING: [],
    SUCCEEDED: [],
  };
  for (const status of ['SUCCEEDED', 'FAILED'] as const) {
    const found = children.filter((child) => child.status === status);
    if (found.length === 0) continue;
    const text = JSON.stringify(
      found.map(({ input, output, error, cause }) => ({
        Input: JSON.stringify(input),
        Status: status,
        ...(output !== undefined && { Output: JSON.stringify(output) }),
        ...(error !== undefined && { Error: error, Cause: cause }),
      })),
    );
    const Key = `${folder}/${status}_0.json`;
    await ofService(services.putObject(Bucket, Key, text));
    files[status]?.push({ Key, Size: Buffer.byteLength(text) });
  }
  const Key = `${folder}/manifest.json`;
  const manifest = JSON.stringify({ DestinationBucket: Bucket, ResultFiles: files });
  await ofService(services.putObject(Bucket, Key, manifest));
  return {
    MapRunArn: 'arn:aws:states:us-east-1:123456789012:mapRun:wine/Items:run',
    ResultWriterDetails: { Bucket, Key },
  };
}
