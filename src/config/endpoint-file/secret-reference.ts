import { z } from 'zod';
import { section, text } from './fields.ts';

/**
 * Where a secret is kept: Secrets Manager (an ARN, and a key of it when it holds JSON) or an SSM
 * parameter. The secret itself stands nowhere in an endpoint file.
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
    ],
    {
      error:
        'expected either secretArn (and key) or ssmParameter: where the secret is kept, never the secret itself',
    },
  )
  .describe('Where a secret is kept; never the secret itself');
