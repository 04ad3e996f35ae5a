import type { Environment } from '../http-client/read-variable.ts';
import { onceUnlessFailed } from '../once.ts';
import { createAwsSecretFetcher } from './fetch-aws-secret.ts';
import type { FetchSecret } from './fetched-secret.ts';

/** From Secrets Manager, SSM or Key Vault. What Key Vault takes is loaded when it is asked. */
export function createSecretFetcher(environment: Environment): FetchSecret {
  const fromAws = createAwsSecretFetcher(environment);
  const openVaults = onceUnlessFailed(async () => {
    const { createVaultSecretFetcher } = await import('./fetch-vault-secret.ts');
    return createVaultSecretFetcher(environment);
  });
  return async (reference, stage = 'current') => {
    const fetch = reference.service === 'keyvault' ? await openVaults() : fromAws;
    return fetch(reference, stage);
  };
}
