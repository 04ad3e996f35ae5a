import { ServingError } from '../errors.ts';

/** Where a secret is kept. */
export interface SecretReference {
  readonly service: 'secretsmanager' | 'ssm' | 'keyvault';
  /** ARN or name, as the service takes it; in Key Vault the address of the secret. */
  readonly id: string;
  /** Key within a secret that holds JSON; not in SSM. */
  readonly key?: string;
  /** As its ARN says it. @default the environment's */
  readonly region?: string;
}

/**
 * Understand `secretsmanager:<arn or name>[#<json key>]`, `ssm:<parameter name or arn>` or
 * `https://<vault>.vault.azure.net/secrets/<name>[/<version>][#<json key>]`.
 *
 * @param variable that it was read from; for the message, which never repeats the text: it may be the secret itself
 * @throws {ServingError} INVALID_PARAMETER_VALUE for anything else
 */
export function parseSecretReference(
  text: string,
  variable = 'a reference to a secret',
): SecretReference {
  const vault = VAULT_SECRET.exec(text.trim());
  if (vault) return { service: 'keyvault', id: vault[1] ?? '', ...(vault[2] && { key: vault[2] }) };
  const [, service, id = '', key] =
    /^(secretsmanager|ssm):([^#\s]+)(?:#(.+))?$/.exec(text.trim()) ?? [];
  const isSecret = service === 'secretsmanager' && SECRET.test(id);
  const isParameter = service === 'ssm' && key === undefined && PARAMETER.test(id);
  if (!isSecret && !isParameter) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `${variable} names no place of a secret: expected secretsmanager:<ARN or name>, secretsmanager:<ARN or name>#<JSON key>, ssm:<parameter name> or https://<vault>.vault.azure.net/secrets/<name>, never the secret itself`,
    );
  }
  const region = /^arn:[a-z-]+:[a-z]+:([a-z0-9-]+):/.exec(id)?.[1];
  return {
    service,
    id,
    ...(key !== undefined && { key }),
    ...(region !== undefined && { region }),
  } as SecretReference;
}

/** A vault's host is Azure's business: clouds of their own have other names. */
const VAULT_SECRET =
  /^(https:\/\/[A-Za-z0-9.-]+(?::\d+)?\/secrets\/[A-Za-z0-9-]{1,127}(?:\/[0-9a-f]{32})?)(?:#(.+))?$/;

const SECRET = /^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9/_+=.@-]+$/;
const PARAMETER =
  /^(arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter)?[A-Za-z0-9_./-]+(:[A-Za-z0-9_.-]+)?$/;
