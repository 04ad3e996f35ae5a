import { ServingError } from '../errors.ts';
import type { LogLevel } from '../log.ts';
import { type Environment, readVariable } from './environment.ts';
import { VARIABLES, type Variable } from './variables.ts';

/** What tokens are judged by: by the JWT authorizer of AWS, by the function itself on Azure. */
export interface JwtConfiguration {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  /** One of them must be there; none: roles are not looked at. */
  readonly roles: readonly string[];
  /** Undefined: the issuer is asked. */
  readonly jwksUri: string | undefined;
  readonly logLevel: LogLevel | undefined;
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE naming the variable that is missing or cannot be read */
export function readJwtConfiguration(environment: Environment): JwtConfiguration {
  const read = <T>(variable: Variable<T>): T | undefined => readVariable(environment, variable);
  const { jwtIssuer, jwtAudience, jwtScopes, jwtRoles, jwtJwksUri, logLevel } = VARIABLES;
  return {
    issuer: read(jwtIssuer) ?? throwMissing(jwtIssuer),
    audience: read(jwtAudience) ?? throwMissing(jwtAudience),
    scopes: read(jwtScopes) ?? [],
    roles: read(jwtRoles) ?? [],
    jwksUri: read(jwtJwksUri),
    logLevel: read(logLevel),
  };
}

function throwMissing({ name, accepts }: Variable<unknown>): never {
  throw new ServingError('INVALID_PARAMETER_VALUE', `${name} is not set: expected ${accepts}`);
}
