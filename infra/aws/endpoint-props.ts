import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { Period } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { EndpointFile, SecretReference } from '../../src/config/endpoint-schema.ts';
import type { DomainOptions } from './constructs/api-domain.ts';
import type { EndpointAuth } from './constructs/endpoint-auth.ts';
import type { MlflowEndpointProps } from './constructs/mlflow-endpoint-props.ts';
import { ModelStore } from './constructs/model-store.ts';
import type { ModelStoreBase } from './constructs/model-store-base.ts';
import type { VpcPlacement } from './constructs/packaged-function.ts';
import type { RegistryEventsProps } from './constructs/registry-events.ts';
import { SecretSource } from './constructs/secret-source.ts';

/** Zips other than the package's own. */
export interface FunctionCode {
  readonly serving: Code;
  readonly authorizer: Code;
}

/** A version is fetched, tried and copied at once; MiB. */
const PUBLISHING_MIB = 2048;

const PERIODS = { day: Period.DAY, week: Period.WEEK, month: Period.MONTH } as const;

/** The store that an endpoint file asks for. Nothing here or below reads a file, or asks AWS. */
export function createStore(scope: Construct, { store }: EndpointFile): ModelStoreBase {
  const { bucket, prefix, kmsKeyArn } = store;
  const encryptionKey = kmsKeyArn ? Key.fromKeyArn(scope, 'StoreKey', kmsKeyArn) : undefined;
  if (bucket !== undefined) {
    const existing = Bucket.fromBucketAttributes(scope, 'ExistingBucket', {
      bucketName: bucket,
      encryptionKey,
    });
    return ModelStore.fromBucket(scope, 'Store', existing, { prefix });
  }
  return new ModelStore(scope, 'Store', {
    prefix,
    encryptionKey,
    removalPolicy: store.onDestroy === 'delete' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    noncurrentExpiration: Duration.days(store.noncurrentDays),
  });
}

export function endpointProps(
  scope: Construct,
  file: EndpointFile,
  store: ModelStoreBase,
  placement: VpcPlacement | undefined,
  code?: FunctionCode,
): MlflowEndpointProps {
  const { lambda, limits, refresh, api } = file;
  return {
    modelUri: file.model,
    store,
    auth: authOf(scope, file.auth, code),
    architecture: lambda.architecture,
    memory: Size.mebibytes(lambda.memoryMiB),
    timeout: Duration.seconds(lambda.timeoutSeconds),
    ephemeralStorage: Size.mebibytes(lambda.ephemeralStorageMiB),
    reservedConcurrency: lambda.reservedConcurrency,
    provisionedConcurrency: lambda.provisionedConcurrency,
    logRetention: lambda.logRetentionDays,
    logLevel: lambda.logLevel,
    tracing: lambda.tracing,
    placement,
    limits: {
      maxBody: Size.bytes(limits.maxBodyBytes),
      maxRows: limits.maxRows,
      requestTimeout: secondsAsDuration(limits.requestTimeoutSeconds),
    },
    refresh: {
      mode: refresh.mode,
      ttl: secondsAsDuration(refresh.ttlSeconds),
      floor: secondsAsDuration(refresh.floorSeconds),
    },
    stage: api.stage,
    throttle: api.throttle,
    cors: api.cors,
    accessLogs: api.accessLogs,
    domain: domainOf(scope, api.domain),
    waf: api.waf,
    code: code?.serving,
  };
}

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

/** Zones are what a subnet of the file does not say; nothing here asks for them. */
export function placementOf(
  scope: Construct,
  { lambda: { vpc } }: EndpointFile,
): VpcPlacement | undefined {
  if (vpc === undefined) return undefined;
  return {
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', {
      vpcId: vpc.vpcId,
      availabilityZones: vpc.subnetIds.map((_, index) => `zone-${index + 1}`),
      privateSubnetIds: vpc.subnetIds,
    }),
    subnets: {
      subnets: vpc.subnetIds.map((id) => Subnet.fromSubnetId(scope, `Subnet-${id}`, id)),
    },
    securityGroups: vpc.securityGroupIds.map((id) =>
      SecurityGroup.fromSecurityGroupId(scope, `Group-${id}`, id, { mutable: false }),
    ),
  };
}

function authOf(
  scope: Construct,
  auth: EndpointFile['auth'],
  code: FunctionCode | undefined,
): EndpointAuth {
  if (auth === 'none') return 'none';
  const { apiKey, iam, cognito, jwt, lambda } = auth;
  return {
    apiKey: apiKey === true || apiKey === undefined ? apiKey : apiKeyOf(apiKey),
    iam,
    cognito: cognito && {
      userPool: UserPool.fromUserPoolArn(scope, 'UserPool', cognito.userPoolArn),
      scopes: cognito.scopes,
    },
    jwt: jwt && {
      issuer: jwt.issuer,
      audience: [jwt.audience].flat(),
      scopes: jwt.scopes,
      jwksUri: jwt.jwksUri,
      cache: Duration.seconds(jwt.cacheSeconds),
      code: code?.authorizer,
    },
    lambda: lambda && {
      function: LambdaFunction.fromFunctionArn(scope, 'OwnAuthorizer', lambda.functionArn),
      identityHeader: lambda.identityHeader,
      cache: Duration.seconds(lambda.cacheSeconds),
    },
  };
}

type ApiKeySection = Exclude<Exclude<EndpointFile['auth'], 'none'>['apiKey'], true | undefined>;

const apiKeyOf = ({ quota, ...limits }: ApiKeySection) => ({
  ...limits,
  quota: quota && { requests: quota.requests, per: PERIODS[quota.per] },
});

function domainOf(
  scope: Construct,
  domain: EndpointFile['api']['domain'],
): DomainOptions | undefined {
  if (domain === undefined) return undefined;
  const { name, certificateArn, hostedZoneId, mutualTls } = domain;
  return {
    name,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    hostedZoneId,
    mutualTls: mutualTls && truststore(scope, mutualTls),
  };
}

function truststore(
  scope: Construct,
  { truststoreUri, truststoreVersion }: { truststoreUri: string; truststoreVersion?: string },
) {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(truststoreUri) ?? [];
  return {
    bucket: Bucket.fromBucketName(scope, 'Truststore', bucket),
    key,
    version: truststoreVersion,
  };
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
  const { secretArn, key } = reference;
  const secret = COMPLETE_SECRET_ARN.test(secretArn)
    ? Secret.fromSecretCompleteArn(scope, id, secretArn)
    : Secret.fromSecretPartialArn(scope, id, secretArn);
  return SecretSource.fromSecret(secret, key);
}

const secondsAsDuration = (seconds: number): Duration =>
  Duration.millis(Math.round(seconds * 1000));
