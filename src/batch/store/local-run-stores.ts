import { readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { translateFileError } from '../../publish/file-error.ts';
import type { PlannedInput } from '../distribute/planned-run.ts';
import type { RunStores } from '../distribute/run-stores.ts';
import { mapInOrder } from '../map-in-order.ts';
import { openLocalInput } from './local-input.ts';
import { openBatchOutput } from './open-batch-output.ts';

/** Files whose size is asked for at once. */
const STATS_AT_ONCE = 16;

/** Folders of this machine. A file's key is its path in the folder that was named. */
export const LOCAL_RUN_STORES: RunStores = {
  openInput: ({ uri, key }) => openLocalInput(uri, key),
  openOutput: (uri) => openBatchOutput(uri, {}),
  listInputs: listFolder,
};

/** @param uri a path with a slash at its end */
async function listFolder(uri: string): Promise<PlannedInput[]> {
  const failed = (error: unknown): never => {
    throw translateFileError(error, uri);
  };
  const root = await realpath(uri).catch(failed);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(failed);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const look = async (path: string): Promise<PlannedInput> => {
    const key = relative(root, path).split(sep).join('/');
    const { etag, sizeBytes } = await openLocalInput(path, key);
    return { uri: path, key, etag, sizeBytes };
  };
  const inputs: PlannedInput[] = [];
  for await (const input of mapInOrder(paths, STATS_AT_ONCE, look)) inputs.push(input);
  return inputs;
}
