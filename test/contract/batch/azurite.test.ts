/** Batch jobs over Azure Blob Storage, as Azurite has it, and through a line that fails. */
import { afterAll } from 'vitest';
import { startAzurite } from '../../helpers/azurite.ts';
import { describeFaultyBatch } from './faulty-batch.suite.ts';
import { filesIn } from './files-in.ts';
import { describeKilledBatch } from './killed-batch.suite.ts';

const azurite = await startAzurite();
const { environment } = azurite;
afterAll(() => azurite.close());

async function put(container: string, key: string, text: string): Promise<void> {
  const blob = azurite.client.getContainerClient(container).getBlockBlobClient(key);
  await blob.upload(text, Buffer.byteLength(text));
}

/** Blocks without a list are the service's. */
const unfinished = async () => 0;

describeKilledBatch('Blob Storage (Azurite)', {
  kills: 10,
  rows: 4_000,
  longestMs: 50,
  setup: async () => {
    const { name, uri } = await azurite.createContainer();
    const output = `${uri}/out`;
    return {
      output,
      environment,
      unfinished,
      async putInput(file, text) {
        await azurite.clear(name);
        await put(name, `in/${file}`, text);
        return `${uri}/in/${file}`;
      },
      async files() {
        const found = await filesIn(output, environment);
        return new Map([...found].map(([key, bytes]) => [key.replace(/^in\//, ''), bytes]));
      },
    };
  },
});

describeFaultyBatch('Blob Storage (Azurite)', {
  rows: 600_000,
  url: azurite.url,
  environmentVia: azurite.environmentVia,
  missing: {
    uri: 'wasbs://not-there@devstoreaccount1.blob.core.windows.net/out',
    says: 'no such container',
  },
  setup: async () => {
    const { name, uri } = await azurite.createContainer();
    return { uri, unfinished, putInput: (key, text) => put(name, key, text) };
  },
});
