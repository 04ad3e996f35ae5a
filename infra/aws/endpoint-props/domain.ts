import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { EndpointFile } from '../../../src/config/endpoint-schema.ts';
import type { DomainOptions } from '../constructs/api-domain.ts';

export function domainOf(
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
