import { openBlobContainer } from '../../../src/artifacts/blob-container.ts';
import { createBlobStore } from '../../../src/artifacts/blob-store.ts';
import { startAzurite } from '../../helpers/azurite.ts';
import { describeArtifactStore } from '../artifact-store.suite.ts';

describeArtifactStore('Blob Storage (Azurite)', async () => {
  const azurite = await startAzurite();
  const { name, uri } = await azurite.createContainer();
  const container = azurite.client.getContainerClient(name);
  const put = (key: string, content: string | Uint8Array, metadata = {}) => {
    const bytes = Buffer.from(content);
    return container.getBlockBlobClient(key).upload(bytes, bytes.length, { metadata });
  };
  return {
    open: (policy) =>
      createBlobStore((place) => openBlobContainer(place, azurite.environment), policy),
    emptyUri: `${uri}/nothing here`,
    close: azurite.close,
    async populate(folder, files) {
      for (const [path, content] of Object.entries(files)) {
        await put(`some where/ü/${folder}/${path}`, content);
      }
      await put(`some where/ü/${folder}/data`, '', { hdi_isfolder: 'true' }); // a folder of a Data Lake account
      await put(`some where/ü/${folder}-sibling/MLmodel`, 'not ours');
      return `${uri}/some where/ü/${folder}`;
    },
  };
});
