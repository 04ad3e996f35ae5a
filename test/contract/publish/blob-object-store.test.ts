import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { startAzurite } from '../../helpers/azurite.ts';
import { describeObjectStore } from '../object-store.suite.ts';

describeObjectStore('Blob Storage (Azurite)', async () => {
  const azurite = await startAzurite();
  const { name, uri } = await azurite.createContainer();
  return {
    open: () => openObjectStore(`${uri}/models/registry`, azurite.environment),
    clear: () => azurite.clear(name),
    close: () => azurite.close(),
  };
});
