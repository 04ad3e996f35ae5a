import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * In Azure the managed identity and nothing else: a chain of guesses would take seconds to say that it was denied. Elsewhere
 * whoever is signed in (az, azd, Visual Studio Code, a service principal's variables).
 *
 * @see https://learn.microsoft.com/en-us/azure/developer/javascript/sdk/authentication/credential-chains
 */
export function createAzureCredential(environment: Environment): TokenCredential {
  const clientId = environment['AZURE_CLIENT_ID']?.trim();
  const isInAzure = environment['IDENTITY_ENDPOINT'] !== undefined;
  if (!isInAzure) return new DefaultAzureCredential();
  return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
}
