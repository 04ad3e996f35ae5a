import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';

type Environment = Readonly<Record<string, string | undefined>>;

/** One for the process: it keeps its tokens. */
let known:
  | { readonly clientId: string | undefined; readonly credential: TokenCredential }
  | undefined;

/**
 * In Azure the managed identity and nothing else: a chain of guesses would take seconds to say that it was denied. Elsewhere
 * whoever is signed in (az, azd, Visual Studio Code, a service principal's variables).
 *
 * @param environment `AZURE_CLIENT_ID` names a user-assigned identity
 * @see https://learn.microsoft.com/en-us/azure/developer/javascript/sdk/authentication/credential-chains
 */
export function findAzureCredential(environment: Environment): TokenCredential {
  const clientId = environment['AZURE_CLIENT_ID']?.trim() || undefined;
  if (known === undefined || known.clientId !== clientId) {
    known = { clientId, credential: createCredential(environment, clientId) };
  }
  return known.credential;
}

function createCredential(environment: Environment, clientId: string | undefined): TokenCredential {
  const isInAzure = environment['IDENTITY_ENDPOINT'] !== undefined;
  if (!isInAzure) return new DefaultAzureCredential();
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId });
}
