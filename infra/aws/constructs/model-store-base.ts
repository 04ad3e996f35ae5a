import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type FolderActions, grantFolder, READING } from './grant-folder.ts';
import { inFolder, modelPrefix } from './model-keys.ts';

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
    return grantFolder(this.bucket, folder, grantee, READING);
  }

  /**
   * Allow to publish, promote, roll back and prune.
   *
   * @param modelName @default all models
   */
  grantPublish(grantee: IGrantable, modelName?: string): Grant {
    const folder = modelPrefix(this.prefix, modelName);
    return grantFolder(this.bucket, folder, grantee, PUBLISHING);
  }

  /** Allow to remember which webhooks were worked off: objects that are forgotten after a day. */
  grantDeliveries(grantee: IGrantable): Grant {
    const folder = inFolder(this.prefix, 'events');
    return grantFolder(this.bucket, folder, grantee, REMEMBERING);
  }
}

/** S3 opens the data key again when it puts parts together. */
const WRITING_KEYS = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** Parts of a large file that was given up are cleared away; `prune` deletes. */
const PUBLISHING: FolderActions = {
  objects: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
  key: WRITING_KEYS,
};

const REMEMBERING: FolderActions = {
  objects: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
  key: WRITING_KEYS,
};
