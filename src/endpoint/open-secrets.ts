import type { Environment } from '../config/environment.ts';
import type { SecretReader } from '../http-client/secret-reader.ts';

/** Secrets in AWS, for whoever talks to an MLflow server; nothing is loaded before the first is read. */
export function openSecrets(environment: Environment): SecretReader {
  let opened: Promise<SecretReader> | undefined;
  let reader: SecretReader | undefined;
  const open = async (): Promise<SecretReader> => {
    const { createSecretReader } = await import('../secrets/secret-reader.ts');
    reader = createSecretReader(environment);
    return reader;
  };
  return {
    async read(reference, variable) {
      opened ??= open();
      return (await opened).read(reference, variable);
    },
    forget: (reference) => reader?.forget(reference),
  };
}
