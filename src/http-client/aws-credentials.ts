import { ServingError } from '../errors.ts';
import type { AwsCredentials } from './sign-v4.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface CredentialSource {
  /** @throws {ServingError} UNAUTHENTICATED when there are none */
  get(): Promise<AwsCredentials>;
  /** What `get` gave was refused as expired: look again next time. */
  forget(): void;
}

interface ExpiringCredentials extends AwsCredentials {
  readonly expiration?: Date;
}

/** Renew so long before the end that a long download still begins with good ones; milliseconds. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Credentials from the environment, where Lambda puts them; else from AWS's provider chain.
 *
 * The chain (profiles, SSO, containers, instance roles) is the SDK's own, loaded only when it is needed: a function on
 * Lambda never pays for it and its bundle can leave it out.
 */
export function createCredentialSource(
  environment: Environment,
  loadChain: () => Promise<() => Promise<ExpiringCredentials>> = loadSdkChain,
): CredentialSource {
  let chained: Promise<ExpiringCredentials> | undefined;
  let renewAt = Number.POSITIVE_INFINITY;

  async function askChain(): Promise<ExpiringCredentials> {
    try {
      const provide = await loadChain();
      const found = await provide();
      if (found.expiration) renewAt = found.expiration.getTime() - RENEW_BEFORE_MS;
      return found;
    } catch (cause) {
      chained = undefined;
      throw noCredentials(cause);
    }
  }

  return {
    async get() {
      const fromEnvironment = readEnvironment(environment);
      if (fromEnvironment) return fromEnvironment;
      if (Date.now() >= renewAt) chained = undefined;
      if (!chained) renewAt = Number.POSITIVE_INFINITY;
      chained ??= askChain();
      return chained;
    },
    forget() {
      chained = undefined;
    },
  };
}

function readEnvironment(environment: Environment): AwsCredentials | undefined {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

async function loadSdkChain(): Promise<() => Promise<ExpiringCredentials>> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider();
}

const noCredentials = (cause: unknown): ServingError =>
  new ServingError(
    'UNAUTHENTICATED',
    'no AWS credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, or give the machine a role',
    { cause },
  );
