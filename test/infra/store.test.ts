import { describe, expect, it } from 'vitest';
import { templateOf } from './synth.ts';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000';

describe('the store', () => {
  it('is private, encrypted and versioned', () => {
    templateOf('auth none').hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  it('forgets what was overwritten, uploads that were given up, and webhooks of yesterday', () => {
    templateOf('store with a key').hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          {
            Id: 'overwritten',
            Status: 'Enabled',
            NoncurrentVersionExpiration: { NoncurrentDays: 7 },
            ExpiredObjectDeleteMarker: true,
          },
          {
            Id: 'uploads-given-up',
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          },
          {
            Id: 'seen-webhooks',
            Status: 'Enabled',
            Prefix: 'registry/events/',
            ExpirationInDays: 1,
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          },
        ],
      },
    });
  });

  it('refuses connections without TLS, or with one older than 1.2', () => {
    templateOf('auth none').hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Action: 's3:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          {
            Effect: 'Deny',
            Action: 's3:*',
            Principal: { AWS: '*' },
            Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } },
          },
        ],
      },
    });
  });

  it('outlives its stack', () => {
    templateOf('auth none').hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('goes with its stack when that was asked for, and is emptied first', () => {
    const template = templateOf('store to delete');

    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });

  it('uses a key that is named, with few calls to it', () => {
    templateOf('store with a key').hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY },
          },
        ],
      },
    });
  });

  it('is not made where there is one', () => {
    const template = templateOf('existing bucket');

    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.hasOutput('RegistryUri', { Value: 's3://my-models/a/b' });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MLFLOW_REGISTRY_URI: 's3://my-models/a/b' } },
    });
  });

  it.each(['auth none', 'events'])('has no key of its own that would cost money: %s', (name) => {
    templateOf(name).resourceCountIs('AWS::KMS::Key', 0);
  });

  it('has no lifecycle rule that deletes models', () => {
    const [bucket] = Object.values(templateOf('auth none').findResources('AWS::S3::Bucket'));
    const rules: { Prefix?: string; ExpirationInDays?: number }[] =
      bucket?.['Properties'].LifecycleConfiguration.Rules;

    const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);

    expect(expiring.map(({ Prefix }) => Prefix)).toEqual(['registry/events/']);
  });
});
