/** Publishing to Azure Blob Storage, as Azurite has it, and through a line that fails. */
import { afterAll } from 'vitest';
import { startAzurite } from '../../helpers/azurite.ts';
import { type ProxyFault, startStoreFaultProxy } from '../../helpers/store-fault-proxy.ts';
import { describeConcurrentPromoters } from './concurrent-promoters.suite.ts';
import { describeFaultyUpload } from './faulty-upload.suite.ts';
import { describeKilledPublish } from './killed-publish.suite.ts';

const azurite = await startAzurite();
afterAll(() => azurite.close());

const makeRoot = async () => `${(await azurite.createContainer()).uri}/root ü`;

/** Ten of a hundred requests go wrong, in every way. */
async function startFaulty() {
  const proxy = await startStoreFaultProxy(azurite.url);
  const faults: readonly ProxyFault[] = ['throttle', 'lose', 'cut', 'truncate'];
  proxy.set(({ number }) =>
    number % 10 === 0 ? faults[(number / 10) % faults.length] : undefined,
  );
  return proxy;
}

describeConcurrentPromoters(
  'Blob Storage (Azurite)',
  async () => ({
    uri: await makeRoot(),
    environment: { ...azurite.environment },
    close: async () => {},
  }),
  { moves: 5, kills: 3 },
);

describeConcurrentPromoters(
  'Blob Storage (Azurite) that throttles, breaks off and loses answers',
  async () => {
    const proxy = await startFaulty();
    return {
      uri: await makeRoot(),
      environment: { ...azurite.environmentVia(proxy.url) },
      directEnvironment: { ...azurite.environment },
      close: () => proxy.close(),
    };
  },
  { moves: 4, kills: 2 },
);

describeKilledPublish('Blob Storage (Azurite)', 4, async () => ({
  to: await makeRoot(),
  environment: azurite.environment,
}));

describeFaultyUpload('Blob Storage (Azurite)', {
  sizeBytes: 60 * 2 ** 20,
  url: azurite.url,
  environmentVia: azurite.environmentVia,
  makeRoot,
});
