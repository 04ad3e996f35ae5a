import { ServingError } from '../errors.ts';
import type { Environment } from './read-variable.ts';
import type { SecretReader } from './secret-reader.ts';

/** Each variable, and the one that says where its value is kept. */
const VARIABLES = {
  MLFLOW_TRACKING_USERNAME: 'MLFLOW_TRACKING_USERNAME_SECRET',
  MLFLOW_TRACKING_PASSWORD: 'MLFLOW_TRACKING_PASSWORD_SECRET',
  MLFLOW_TRACKING_TOKEN: 'MLFLOW_TRACKING_TOKEN_SECRET',
} as const;

/** Credentials of the tracking server that are kept elsewhere. */
export interface SecretVariables {
  /** The environment with their values in it. @throws {ServingError} as `SecretReader.read` */
  resolve(): Promise<Environment>;
  /** They were refused. */
  forget(): void;
}

/**
 * The credentials that the environment only refers to; `undefined` when it holds all it names.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when a value and its place are both given
 */
export function findSecretVariables(
  environment: Environment,
  secrets: SecretReader | undefined,
): SecretVariables | undefined {
  const references = Object.entries(VARIABLES).flatMap(([name, variable]) => {
    const reference = environment[variable]?.trim();
    return reference ? [{ name, variable, reference }] : [];
  });
  if (references.length === 0) return undefined;
  const twice = references.find(({ name }) => environment[name]);
  if (twice) throw invalid(`${twice.name} and ${twice.variable} are both set; unset one`);
  if (!secrets) throw invalid(`${references[0]?.variable} is set, but no secrets are read here`);
  return {
    async resolve() {
      const values = await Promise.all(
        references.map(async ({ name, variable, reference }) => [
          name,
          await secrets.read(reference, variable),
        ]),
      );
      return { ...environment, ...Object.fromEntries(values) };
    },
    forget() {
      for (const { reference } of references) secrets.forget(reference);
    },
  };
}

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
