import {
  type AuthorizerHandler,
  createJwtAuthorizer,
} from '../../src/adapters/aws/jwt-authorizer.ts';
import { readJwtConfiguration } from '../../src/config/jwt-configuration.ts';
import { createLog } from '../../src/log.ts';
import { createTokenVerifier } from '../../src/tokens/verify-token.ts';

const configuration = readJwtConfiguration(process.env);
const log = createLog({ level: configuration.logLevel ?? 'info' });

export const handler: AuthorizerHandler = createJwtAuthorizer(
  createTokenVerifier(configuration),
  log,
);
