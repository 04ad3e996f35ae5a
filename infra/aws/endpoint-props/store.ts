import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { EndpointFile } from '../../../src/config/endpoint-schema.ts';
import { ModelStore } from '../constructs/model-store.ts';
import type { ModelStoreBase } from '../constructs/model-store-base.ts';

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
