import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Azurite } from '../../helpers/azurite.ts';

const REGISTRY = 'examples/registry';

export async function putBlob(
  { client }: Azurite,
  container: string,
  key: string,
  content: string | Uint8Array,
): Promise<void> {
  const bytes = Buffer.from(content);
  await client.getContainerClient(container).getBlockBlobClient(key).upload(bytes, bytes.length);
}

/** The example's registry in a container of its own. */
export async function putWine(
  azurite: Azurite,
): Promise<{ container: string; uri: string; registryUri: string }> {
  const { name: container, uri } = await azurite.createContainer();
  for (const path of readdirSync(REGISTRY, { recursive: true, encoding: 'utf8' })) {
    const file = join(REGISTRY, path);
    if (statSync(file).isFile())
      await putBlob(azurite, container, `registry/${path}`, readFileSync(file));
  }
  return { container, uri, registryUri: `${uri}/registry` };
}
