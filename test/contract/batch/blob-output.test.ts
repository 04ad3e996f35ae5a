import { describe, expect, it } from 'vitest';
import { openBatchInput } from '../../../src/batch/store/open-batch-input.ts';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { startAzurite } from '../../helpers/azurite.ts';
import { describeBatchOutput } from '../batch-output.suite.ts';

const azurite = await startAzurite();
const { name, uri } = await azurite.createContainer();
const { environment } = azurite;
const container = azurite.client.getContainerClient(name);
const put = async (key: string, content: string | Uint8Array) => {
  const bytes = Buffer.from(content);
  await container.getBlockBlobClient(key).upload(bytes, bytes.length);
};
const collect = async (chunks: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
};

describe('batch input: Blob Storage (Azurite)', () => {
  it('streams an object in windows, and reads ranges of it', async () => {
    const bytes = Buffer.alloc(20 * 2 ** 20 + 17, 'some rows ');
    await put('in/a b/ü.csv', bytes);
    const input = await openBatchInput(`${uri}/in/a b/ü.csv`, environment);

    expect(input).toMatchObject({
      uri: `${uri}/in/a b/ü.csv`,
      key: 'in/a b/ü.csv',
      sizeBytes: bytes.length,
      etag: expect.stringMatching(/^0x/),
    });
    expect(bytes.equals(await collect(input.stream()))).toBe(true);
    const range = { start: 10 * 2 ** 20, end: 10 * 2 ** 20 + 5 };
    expect(Buffer.from(await input.read(range))).toEqual(bytes.subarray(range.start, range.end));
    expect(await input.read({ start: 3, end: 3 })).toHaveLength(0);
  });

  it('does not mix two versions of an object', async () => {
    await put('in/b.csv', 'first');
    const input = await openBatchInput(`${uri}/in/b.csv`, environment);
    await put('in/b.csv', 'other');

    await expect(collect(input.stream())).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });

  it('says that there is none', async () => {
    await expect(openBatchInput(`${uri}/in/no.csv`, environment)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringMatching(/no\.csv does not exist; .*slash at its end/),
    });
    await expect(openBatchInput(uri, environment)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
  });
});

describeBatchOutput('Blob Storage (Azurite)', async () => ({
  open: () => openBatchOutput(`${uri}/out ü`, environment),
  clear: () => azurite.clear(name),
  unfinished: async () => 0, // blocks without a list are the service's
  close: azurite.close,
}));
