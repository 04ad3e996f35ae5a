import { Size } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { EndpointFile, SecretReference } from '../../../src/config/endpoint-schema.ts';
import { ServingError } from '../../../src/errors.ts';
import type { ModelStoreBase } from '../constructs/model-store-base.ts';
import type { VpcPlacement } from '../constructs/packaged-function.ts';
import type { RegistryEventsProps } from '../constructs/registry-events-props.ts';
import { SecretSource } from '../constructs/secret-source.ts';
import type { FunctionCode } from './function-code.ts';

/** A version is fetched, tried and copied at once; MiB. */
const PUBLISHING_MIB = 2048;

/** `undefined` when the file does not follow a registry. */
export function registryEventsProps(
  scope: Construct,
  { model, events, registry, lambda }: EndpointFile,
  store: ModelStoreBase,
  placement: VpcPlacement | undefined,
  code?: FunctionCode,
): RegistryEventsProps | undefined {
  if (events === undefined || registry === undefined) return undefined;
  const secret = (name: string, reference: SecretReference | undefined) =>
    reference && secretSource(scope, name, reference);
  return {
    store,
    registry: {
      uri: registry.uri,
      username: secret('RegistryUsername', registry.username),
      password: secret('RegistryPassword', registry.password),
      token: secret('RegistryToken', registry.token),
      awsSigV4: registry.awsSigV4,
      workspace: registry.workspace,
      artifacts: registry.artifacts ? artifactsOf(scope, registry.artifacts) : undefined,
    },
    webhookSecret: secretSource(scope, 'WebhookSecret', events.webhookSecret),
    publishOn: events.publishOn,
    aliases: events.aliases,
    modelUri: model,
    memory: Size.mebibytes(lambda.memoryMiB),
    ephemeralStorage: Size.mebibytes(Math.max(PUBLISHING_MIB, lambda.ephemeralStorageMiB)),
    architecture: lambda.architecture,
    logRetention: lambda.logRetentionDays,
    logLevel: lambda.logLevel,
    tracing: lambda.tracing,
    placement,
    code: code?.serving,
  };
}

function artifactsOf(scope: Construct, uri: string) {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(uri) ?? [];
  return { bucket: Bucket.fromBucketName(scope, 'Artifacts', bucket), prefix };
}

/** AWS adds a hyphen and six characters to a secret's name. */
const COMPLETE_SECRET_ARN = /-[A-Za-z0-9]{6}$/;

function secretSource(scope: Construct, id: string, reference: SecretReference): SecretSource {
  if ('ssmParameter' in reference) {
    const name = reference.ssmParameter;
    return SecretSource.fromParameter(
      StringParameter.fromSecureStringParameterAttributes(scope, id, { parameterName: name }),
    );
  }
  if ('keyVaultSecret' in reference) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `endpoint file: ${reference.keyVaultSecret} is in Azure Key Vault, which a function of AWS does not read; use secretArn or ssmParameter`,
    );
  }
  const { secretArn, key } = reference;
  const secret = COMPLETE_SECRET_ARN.test(secretArn)
    ? Secret.fromSecretCompleteArn(scope, id, secretArn)
    : Secret.fromSecretPartialArn(scope, id, secretArn);
  return SecretSource.fromSecret(secret, key);
}
