import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Authorization } from './authorization.ts';
import { readIniSection } from './ini-section.ts';
import type { Environment } from './read-variable.ts';
import type { SecretVariables } from './secret-variables.ts';

/**
 * User and password, or a token: found at the first call.
 *
 * @param secrets those that the environment only refers to; looked up again once a server refuses them
 */
export function createPasswordAuthorization(
  environment: Environment,
  servers: readonly URL[],
  secrets?: SecretVariables,
): Authorization {
  let found: Promise<Record<string, string>> | undefined;
  const find = async (): Promise<Record<string, string>> => {
    const known = secrets ? await secrets.resolve() : environment;
    const authorization = findPasswordAuthorization(known, servers);
    return authorization === undefined ? {} : { authorization };
  };
  return {
    headersFor() {
      if (secrets) return find();
      found ??= find();
      return found;
    },
    forget: () => secrets?.forget(),
    isRenewable: secrets !== undefined,
  };
}

/**
 * The `Authorization` header that MLflow's variables ask for, `undefined` when they ask for none.
 *
 * User and password (from the environment, the file `~/.mlflow/credentials`, or the URI itself) go before the token, as in
 * MLflow.
 *
 * @see mlflow/utils/credentials.py, `read_mlflow_creds`
 */
function findPasswordAuthorization(
  environment: Environment,
  servers: readonly URL[],
): string | undefined {
  const home = environment['HOME'] || homedir();
  const file = readIniSection(join(home, '.mlflow', 'credentials'), 'mlflow');
  const username = environment['MLFLOW_TRACKING_USERNAME'] || file.get('mlflow_tracking_username');
  const password = environment['MLFLOW_TRACKING_PASSWORD'] || file.get('mlflow_tracking_password');
  if (username && password) return basic(username, password);
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  if (token) return `Bearer ${token}`;
  const withUser = servers.find((url) => url.username !== '');
  return withUser && basic(safeDecode(withUser.username), safeDecode(withUser.password));
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A bare % is meant as it stands.
  }
}
