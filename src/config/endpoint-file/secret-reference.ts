import { z } from 'zod';
import { section, text } from './fields.ts';

/**
 * Where a secret is kept: Secrets Manager (an ARN, and a key of it when it holds JSON) or an SSM
 * parameter; on Azure, Key Vault. The secret itself stands nowhere in an endpoint file.
 */
export const secretReference = z
  .union(
    [
      section({
        secretArn: text(
          'the ARN of a secret, arn:aws:secretsmanager:<region>:<account>:secret:<name>',
          /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/,
        ).describe('ARN of a secret in AWS Secrets Manager'),
        key: text('the name of a key')
          .optional()
          .describe('Key within the secret, when it holds JSON'),
      }),
      section({
        ssmParameter: text(
          'the name of a parameter, for example /mlflow/password',
          /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
        ).describe('Name of an SSM SecureString parameter'),
      }),
      section({
        keyVaultSecret: text(
          'the address of a secret, https://<vault>.vault.azure.net/secrets/<name>',
          /^https:\/\/[a-z][a-z0-9-]{1,22}[a-z0-9]\.vault\.(azure\.net|azure\.cn|usgovcloudapi\.net)\/secrets\/[A-Za-z0-9-]{1,127}(\/[0-9a-f]{32})?$/,
        ).describe('Address of a secret in Azure Key Vault; not for functions of Lambda'),
        key: text('the name of a key')
          .optional()
          .describe('Key within the secret, when it holds JSON'),
      }),
    ],
    {
      error:
        'expected secretArn (and key) or ssmParameter, on Azure keyVaultSecret (and key): where the secret is kept, never the secret itself',
    },
  )
  .describe('Where a secret is kept; never the secret itself');
