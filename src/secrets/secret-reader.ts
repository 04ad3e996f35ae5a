import type { Environment } from '../http-client/read-variable.ts';
import type { SecretReader } from '../http-client/secret-reader.ts';
import { parseSecretReference } from './parse-secret-reference.ts';
import { createSecretSource } from './secret-source.ts';

/** Secrets as the variables of the environment refer to them: `secretsmanager:…` and `ssm:…`. */
export function createSecretReader(
  environment: Environment,
  source = createSecretSource(environment),
): SecretReader {
  return {
    read: async (reference, variable) =>
      (await source.read(parseSecretReference(reference, variable))).value,
    forget: (reference) => source.forget(parseSecretReference(reference)),
  };
}
