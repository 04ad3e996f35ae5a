import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IParameter } from 'aws-cdk-lib/aws-ssm';

/**
 * Where a function finds a secret. The template and the environment hold the place, never the value; the
 * function reads it when it needs it, so that a rotated one is picked up.
 */
export abstract class SecretSource {
  /** A secret of Secrets Manager, or a key of it when it holds JSON. */
  static fromSecret(secret: ISecret, key?: string): SecretSource {
    return new ManagedSecret(secret, key);
  }

  /** A SecureString parameter of SSM. One encrypted with a key of your own needs `kms:Decrypt` on it, too. */
  static fromParameter(parameter: IParameter): SecretSource {
    return new SecretParameter(parameter);
  }

  /** Value of a variable `<NAME>_SECRET`. */
  abstract readonly reference: string;

  /** Allow to read exactly this one. */
  abstract grantRead(grantee: IGrantable): void;
}

class ManagedSecret extends SecretSource {
  private readonly secret: ISecret;
  private readonly key: string | undefined;

  constructor(secret: ISecret, key: string | undefined) {
    super();
    this.secret = secret;
    this.key = key;
  }

  get reference(): string {
    const place = `secretsmanager:${this.secret.secretArn}`;
    return this.key === undefined ? place : `${place}#${this.key}`;
  }

  /** An ARN without the six characters that AWS adds stands for a secret with any. */
  grantRead(grantee: IGrantable): void {
    const arn = this.secret.secretFullArn ?? `${this.secret.secretArn}-??????`;
    allow(grantee, 'secretsmanager:GetSecretValue', arn);
    if (this.secret.encryptionKey) allow(grantee, 'kms:Decrypt', this.secret.encryptionKey.keyArn);
  }
}

class SecretParameter extends SecretSource {
  private readonly parameter: IParameter;

  constructor(parameter: IParameter) {
    super();
    this.parameter = parameter;
  }

  get reference(): string {
    return `ssm:${this.parameter.parameterName}`;
  }

  grantRead(grantee: IGrantable): void {
    allow(grantee, 'ssm:GetParameter', this.parameter.parameterArn);
  }
}

const allow = (grantee: IGrantable, action: string, arn: string): void => {
  Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [arn] });
};
