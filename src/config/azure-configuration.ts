import { ServingError } from '../errors.ts';
import { type Environment, readVariable } from './environment.ts';
import { type JwtConfiguration, readJwtConfiguration } from './jwt-configuration.ts';
import { VARIABLES } from './variables.ts';

/** What a function app is set up with, beside the endpoint itself. */
export interface AzureConfiguration {
  /** Which key callers send; `anonymous` when Easy Auth, API Management or our own check of tokens stands in front. */
  readonly authLevel: 'anonymous' | 'function' | 'admin';
  /** Undefined: tokens are not looked at here. */
  readonly tokens: JwtConfiguration | undefined;
  /** What the host puts before every route, without slashes around it. */
  readonly routePrefix: string;
  /** Whether the host streams bodies to the worker, or puts them into its messages. */
  readonly isStreamed: boolean;
}

/** The host's own variable goes over the file host.json, in which the prefix is empty. */
const ROUTE_PREFIX = 'AzureFunctionsJobHost__extensions__http__routePrefix';

/**
 * Half of the settings for tokens is a mistake, never an app without a check.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming the variable that is missing or cannot be read
 */
export function readAzureConfiguration(environment: Environment): AzureConfiguration {
  const hasTokens = TOKEN_VARIABLES.some(
    (variable) => readVariable<unknown>(environment, variable) !== undefined,
  );
  return {
    authLevel:
      readVariable(environment, VARIABLES.authLevel) ?? (hasTokens ? 'anonymous' : 'function'),
    tokens: hasTokens ? readJwtConfiguration(environment) : undefined,
    routePrefix: (environment[ROUTE_PREFIX] ?? '').replace(/^\/+|\/+$/g, ''),
    isStreamed: readVariable(environment, VARIABLES.httpStreams) ?? false,
  };
}

/** Undefined when the settings cannot be read. */
export function findAzureConfiguration(environment: Environment): AzureConfiguration | undefined {
  try {
    return readAzureConfiguration(environment);
  } catch {
    return undefined; // whoever opens the endpoint reads them again, and reports it
  }
}

/** Other settings of the app are somebody else's. */
const OURS = /^MLFLOW_/;

/**
 * Where the platform cannot read a secret, a setting still holds the reference to it, and not what it refers to.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming the setting
 */
export function checkReferences(environment: Environment): void {
  const name = Object.keys(environment).find(
    (each) => OURS.test(each) && environment[each]?.startsWith('@Microsoft.KeyVault('),
  );
  if (name === undefined) return;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${name} is a reference to Key Vault that Azure could not follow: give the identity of the function app the role "Key Vault Secrets User" on the secret, see that it exists, and restart the app`,
  );
}

const { jwtIssuer, jwtAudience, jwtScopes, jwtRoles, jwtJwksUri } = VARIABLES;
const TOKEN_VARIABLES = [jwtIssuer, jwtAudience, jwtScopes, jwtRoles, jwtJwksUri];
