import { describe, expect, it } from 'vitest';
import {
  checkReferences,
  findAzureConfiguration,
  readAzureConfiguration,
} from '../../../src/config/azure-configuration.ts';

const TOKENS = {
  MLFLOW_SERVERLESS_JWT_ISSUER: 'https://login.microsoftonline.com/tenant/v2.0',
  MLFLOW_SERVERLESS_JWT_AUDIENCE: 'api://wine',
};

describe('checkReferences', () => {
  const reference = '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)';

  it('names a setting that Azure left as the reference that it is', () => {
    expect(() => checkReferences({ MLFLOW_TRACKING_TOKEN: reference })).toThrow(
      /^MLFLOW_TRACKING_TOKEN is a reference to Key Vault that Azure could not follow/,
    );
  });

  it('says nothing of others', () => {
    expect(() => checkReferences({ MLFLOW_TRACKING_TOKEN: 'x', OTHER: reference })).not.toThrow();
  });
});

describe('readAzureConfiguration', () => {
  it('wants a key of the function without any setting', () => {
    expect(readAzureConfiguration({})).toEqual({
      authLevel: 'function',
      tokens: undefined,
      routePrefix: '',
      isStreamed: false,
    });
  });

  it('looks at tokens instead of keys when there is an issuer', () => {
    const roles = { MLFLOW_SERVERLESS_JWT_ROLES: 'Score.All, Score.Own' };
    const { authLevel, tokens } = readAzureConfiguration({ ...TOKENS, ...roles });

    expect(authLevel).toBe('anonymous');
    expect(tokens).toMatchObject({ audience: ['api://wine'], roles: ['Score.All', 'Score.Own'] });
  });

  it('wants both when it is told to', () => {
    const variables = { ...TOKENS, MLFLOW_SERVERLESS_AUTH_LEVEL: 'function' };

    const { authLevel, tokens } = readAzureConfiguration(variables);

    expect(authLevel).toBe('function');
    expect(tokens).toBeDefined();
  });

  it.each([
    ['MLFLOW_SERVERLESS_JWT_AUDIENCE', 'api://wine'],
    ['MLFLOW_SERVERLESS_JWT_SCOPES', 'score'],
    ['MLFLOW_SERVERLESS_JWT_ROLES', 'Score.All'],
    ['MLFLOW_SERVERLESS_JWT_JWKS_URI', 'https://login.microsoftonline.com/keys'],
  ])('is not open to everybody when %s is set and the issuer is forgotten', (name, value) => {
    const variables = { [name]: value, MLFLOW_SERVERLESS_AUTH_LEVEL: 'anonymous' };

    expect(() => readAzureConfiguration(variables)).toThrow(/MLFLOW_SERVERLESS_JWT_ISSUER/);
    expect(findAzureConfiguration(variables)).toBeUndefined();
  });

  it('takes the prefix of routes that the host is told, without slashes', () => {
    const variables = { AzureFunctionsJobHost__extensions__http__routePrefix: '/models/wine/' };

    expect(readAzureConfiguration(variables).routePrefix).toBe('models/wine');
  });
});
