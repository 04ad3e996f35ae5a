import type { TokenCredential } from '@azure/core-auth';
import type { SecretClient, SecretClientOptions, SecretProperties } from '@azure/keyvault-secrets';
import pRetry from 'p-retry';
import { ServingError } from '../errors.ts';
import { HttpProblem } from '../http-client/http-problem.ts';
import type { Environment } from '../http-client/read-variable.ts';
import { retryPolicy } from '../http-client/retry-policy.ts';
import type { FetchedSecret, FetchSecret, SecretStage } from './fetched-secret.ts';
import { secretText } from './secret-text.ts';
import { vaultProblem } from './vault-problem.ts';

/** All attempts and pauses together; ms. A request is waiting. */
const TIMEOUT_MS = 12_000;
const RETRIES = 3;

/** Retries are ours: the SDK's would multiply them, and are none for a vault that is throttled without saying how long. */
const OPTIONS: SecretClientOptions = {
  retryOptions: { maxRetries: 0 },
  userAgentOptions: { userAgentPrefix: 'mlflow-serverless' },
};

/** A secret in a vault. */
interface VaultSecret {
  readonly vaultUrl: string;
  readonly name: string;
  /** The newest when there is none. */
  readonly version: string | undefined;
  /** For messages: the name, and the vault's. */
  readonly place: string;
}

/**
 * `FetchSecret` of Azure Key Vault. The version before is the newest of those before the current one that is enabled
 * and has not expired; a reference that names a version has none before it.
 *
 * @param credential @default the managed identity, or whoever is signed in
 */
export function createVaultSecretFetcher(
  environment: Environment,
  credential?: TokenCredential,
): FetchSecret {
  // A client knows who gives tokens for its vault.
  const clients = new Map<string, Promise<SecretClient>>();
  const openClient = (vaultUrl: string): Promise<SecretClient> => {
    const client = clients.get(vaultUrl) ?? openVault(vaultUrl, environment, credential);
    clients.set(vaultUrl, client);
    return client;
  };

  async function attempt(
    secret: VaultSecret,
    stage: SecretStage,
    signal: AbortSignal,
  ): Promise<FetchedSecret> {
    try {
      const client = await openClient(secret.vaultUrl);
      const version =
        stage === 'current' ? secret.version : await findPrevious(client, secret, signal);
      return await readVersion(client, secret.name, version, signal);
    } catch (error) {
      throw vaultProblem(error, secret.place);
    }
  }

  return async ({ id, key }, stage = 'current') => {
    const secret = parseAddress(id);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const deadline = performance.now() + TIMEOUT_MS;
    const fetched = await pRetry(
      () => attempt(secret, stage, signal),
      retryPolicy({ retries: RETRIES, deadline, signal: undefined }),
    ).catch((error: unknown) => {
      throw error instanceof HttpProblem ? error.toServingError() : error;
    });
    return { ...fetched, value: secretText(fetched.value, key, secret.place) };
  };
}

async function readVersion(
  client: SecretClient,
  name: string,
  version: string | undefined,
  abortSignal: AbortSignal,
): Promise<FetchedSecret> {
  const options = { abortSignal, ...(version !== undefined && { version }) };
  const { value = '', properties } = await client.getSecret(name, options);
  const createdAtMs = properties.createdOn?.getTime();
  return { value, ...(createdAtMs !== undefined && { createdAtMs }) };
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE when there is none that may be used */
async function findPrevious(
  client: SecretClient,
  { name, version, place }: VaultSecret,
  abortSignal: AbortSignal,
): Promise<string> {
  const none = () => invalid(`${place} has no version before the current one`);
  if (version !== undefined) throw none();
  const current = await client.getSecret(name, { abortSignal });
  let found: SecretProperties | undefined;
  for await (const each of client.listPropertiesOfSecretVersions(name, { abortSignal })) {
    if (each.version === current.properties.version || !isGood(each)) continue;
    if (found === undefined || createdMs(each) > createdMs(found)) found = each;
  }
  if (found?.version === undefined) throw none();
  return found.version;
}

const createdMs = ({ createdOn }: SecretProperties): number => createdOn?.getTime() ?? 0;

const isGood = ({ enabled, expiresOn }: SecretProperties): boolean =>
  enabled === true && (expiresOn === undefined || expiresOn.getTime() > Date.now());

async function openVault(
  vaultUrl: string,
  environment: Environment,
  credential: TokenCredential | undefined,
): Promise<SecretClient> {
  const sdk = await import('@azure/keyvault-secrets').catch(notHere);
  const identity =
    credential ?? (await import('../azure/azure-credential.ts')).findAzureCredential(environment);
  return new sdk.SecretClient(vaultUrl, identity, {
    ...OPTIONS,
    // An emulator on this machine cannot be in Azure's domain, which is what its own word is checked by.
    disableChallengeResourceVerification: /^https:\/\/(localhost|127\.0\.0\.1)(:|$)/.test(vaultUrl),
  });
}

/** The packages for Lambda leave Azure's SDK out. */
function notHere(cause: unknown): never {
  throw new ServingError(
    'NOT_IMPLEMENTED',
    'Azure Key Vault cannot be read by this package: it has no client for it; keep the secret in Secrets Manager or SSM',
    { cause },
  );
}

function parseAddress(address: string): VaultSecret {
  const { origin, hostname, pathname } = new URL(address);
  const [, , name = '', version] = pathname.split('/');
  const place = `secret "${name}" (Key Vault, ${hostname})`;
  return { vaultUrl: origin, name, version, place };
}

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
