import { homedir } from 'node:os';
import { join } from 'node:path';
import { readIniSection } from './ini-section.ts';
import type { Environment } from './read-variable.ts';

/**
 * The `Authorization` header that MLflow's variables ask for, `undefined` when they ask for none.
 *
 * User and password (from the environment, the file `~/.mlflow/credentials`, or the URI itself) go before the token, as in
 * MLflow.
 *
 * @see mlflow/utils/credentials.py, `read_mlflow_creds`
 */
export function findPasswordAuthorization(
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
