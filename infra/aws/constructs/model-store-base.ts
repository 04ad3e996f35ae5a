import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import { inFolder, literalInPolicy, modelPrefix } from './model-keys.ts';

/** A published registry in a bucket: one that a stack makes, or one that is there already. */
export abstract class ModelStoreBase extends Construct {
  abstract readonly bucket: IBucket;

  /** Folder of the registry in the bucket, without slashes at its ends; empty for the whole bucket. */
  abstract readonly prefix: string;

  /** What `publish --to` and `MLFLOW_REGISTRY_URI` take. */
  get registryUri(): string {
    const root = `s3://${this.bucket.bucketName}`;
    return this.prefix === '' ? root : `${root}/${this.prefix}`;
  }

  /**
   * Allow to read published models, and nothing else.
   *
   * Listing is allowed below the same prefix: without it S3 says "denied" where it means "not there".
   *
   * @param modelName @default all models
   */
  grantRead(grantee: IGrantable, modelName?: string): Grant {
    const folder = modelPrefix(this.prefix, modelName);
    return this.grantObjects(grantee, ['s3:GetObject'], ['kms:Decrypt'], folder);
  }

  /**
   * Allow to publish, promote, roll back and prune.
   *
   * @param modelName @default all models
   */
  grantPublish(grantee: IGrantable, modelName?: string): Grant {
    const folder = modelPrefix(this.prefix, modelName);
    return this.grantObjects(grantee, PUBLISH_ACTIONS, PUBLISH_KEY_ACTIONS, folder);
  }

  /** Allow to remember which webhooks were worked off: objects that are forgotten after a day. */
  grantDeliveries(grantee: IGrantable): Grant {
    const folder = inFolder(this.prefix, 'events');
    return this.grantObjects(grantee, DELIVERY_ACTIONS, PUBLISH_KEY_ACTIONS, folder);
  }

  private grantObjects(
    grantee: IGrantable,
    actions: string[],
    keyActions: string[],
    folder: string,
  ): Grant {
    const below = `${literalInPolicy(folder)}/*`;
    const everyObject = this.bucket.arnForObjects(below);
    const objects = Grant.addToPrincipal({ grantee, actions, resourceArns: [everyObject] });
    const listing = Grant.addToPrincipal({
      grantee,
      actions: ['s3:ListBucket'],
      resourceArns: [this.bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': below } },
    });
    const principal = grantee.grantPrincipal;
    if (Construct.isConstruct(principal)) {
      acknowledgeWildcard(principal, everyObject, 'all objects in one folder of the registry');
    }
    const key = this.bucket.encryptionKey;
    if (key === undefined) return objects.combine(listing);
    return objects.combine(listing).combine(
      Grant.addToPrincipal({
        grantee,
        actions: keyActions,
        resourceArns: [key.keyArn],
      }),
    );
  }
}

/** Parts of a large file that was given up are cleared away; `prune` deletes. */
const PUBLISH_ACTIONS = [
  's3:GetObject',
  's3:PutObject',
  's3:DeleteObject',
  's3:AbortMultipartUpload',
];

const DELIVERY_ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];

/** S3 opens the data key again when it puts parts together. */
const PUBLISH_KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];
