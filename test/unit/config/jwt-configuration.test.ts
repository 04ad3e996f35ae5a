import { describe, expect, it } from 'vitest';
import { readJwtConfiguration } from '../../../src/config/jwt-configuration.ts';

const LEAST = {
  MLFLOW_SERVERLESS_JWT_ISSUER: 'https://login.example.com/',
  MLFLOW_SERVERLESS_JWT_AUDIENCE: 'wine',
};

describe('readJwtConfiguration', () => {
  it('needs an issuer and an audience', () => {
    expect(readJwtConfiguration(LEAST)).toEqual({
      issuer: 'https://login.example.com/',
      audience: ['wine'],
      scopes: [],
      roles: [],
      jwksUri: undefined,
      logLevel: undefined,
    });
  });

  it('takes lists', () => {
    const { audience, scopes } = readJwtConfiguration({
      ...LEAST,
      MLFLOW_SERVERLESS_JWT_AUDIENCE: 'wine, api://wine 2',
      MLFLOW_SERVERLESS_JWT_SCOPES: 'read,predict  admin',
    });

    expect(audience).toEqual(['wine', 'api://wine 2']);
    expect(scopes).toEqual(['read', 'predict', 'admin']);
  });

  it.each([
    { name: 'MLFLOW_SERVERLESS_JWT_ISSUER', text: undefined },
    { name: 'MLFLOW_SERVERLESS_JWT_ISSUER', text: 'http://login.example.com' },
    { name: 'MLFLOW_SERVERLESS_JWT_AUDIENCE', text: ' , ' },
    { name: 'MLFLOW_SERVERLESS_JWT_JWKS_URI', text: 'keys.json' },
  ])('names $name when it is $text', ({ name, text }) => {
    expect(() => readJwtConfiguration({ ...LEAST, [name]: text })).toThrow(
      new RegExp(`^${name} is .*: expected `),
    );
  });
});
