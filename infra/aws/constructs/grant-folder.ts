import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import { literalInPolicy } from './model-keys.ts';

export interface FolderActions {
  readonly objects: string[];
  /** On the bucket's key, if it has one. */
  readonly key: string[];
}

export const READING: FolderActions = { objects: ['s3:GetObject'], key: ['kms:Decrypt'] };

/**
 * Allow actions on the objects in one folder of a bucket.
 *
 * @param folder without slashes at its ends; empty for the whole bucket
 */
export const grantFolder = (
  bucket: IBucket,
  folder: string,
  grantee: IGrantable,
  actions: FolderActions,
): Grant =>
  grantKeys(bucket, folder === '' ? '*' : `${literalInPolicy(folder)}/*`, grantee, actions);

/**
 * Allow actions on the objects whose keys are like a pattern of IAM's.
 *
 * Listing is allowed below the same prefix: without it S3 says "denied" where it means "not there". To find out, it takes
 * the missing key for the prefix that is listed.
 *
 * @see https://github.com/ceph/ceph/pull/68577, which does as S3 does
 */
export function grantKeys(
  bucket: IBucket,
  below: string,
  grantee: IGrantable,
  actions: FolderActions,
): Grant {
  const everyObject = bucket.arnForObjects(below);
  const principal = grantee.grantPrincipal;
  if (Construct.isConstruct(principal)) {
    acknowledgeWildcard(principal, everyObject, 'all objects in one folder of a bucket');
  }
  const allow = (names: string[], resource: string, conditions?: Record<string, unknown>): Grant =>
    Grant.addToPrincipal({
      grantee,
      actions: names,
      resourceArns: [resource],
      ...(conditions && { conditions: { StringLike: conditions } }),
    });
  const key = bucket.encryptionKey;
  return [
    allow(actions.objects, everyObject),
    allow(['s3:ListBucket'], bucket.bucketArn, { 's3:prefix': below }),
    ...(key ? [allow(actions.key, key.keyArn)] : []),
  ].reduce((all, grant) => all.combine(grant));
}
