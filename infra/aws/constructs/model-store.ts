import { CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { inFolder } from './model-keys.ts';
import { ModelStoreBase } from './model-store-base.ts';
import { skipCheckov } from './skip-checkov.ts';

export interface ModelStoreProps {
  /**
   * Folder of the published registry in the bucket.
   *
   * @default 'registry' - leaves room for other things in the bucket
   */
  readonly prefix?: string;

  /**
   * Encrypt with this key.
   *
   * @default S3's own encryption - nobody but S3 can take the key away, and it costs nothing
   */
  readonly encryptionKey?: IKey;

  /**
   * What becomes of the bucket when it leaves the stack. `DESTROY` deletes the models, too.
   *
   * @default RemovalPolicy.RETAIN - models outlive the endpoint
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Overwritten and deleted objects can be brought back this long.
   *
   * @default Duration.days(90) - they cost storage until then
   */
  readonly noncurrentExpiration?: Duration;

  /**
   * Where S3 writes who read what.
   *
   * @default none - only roles with a grant get at the models, and CloudTrail can tell which did
   */
  readonly serverAccessLogsBucket?: IBucket;
}

export interface ImportedModelStoreProps {
  /** @default 'registry' */
  readonly prefix?: string;
}

const DEFAULT_PREFIX = 'registry';

/**
 * A bucket for a published registry: private, encrypted, versioned, TLS 1.2 or newer.
 *
 * @see docs/published-layout.md
 */
export class ModelStore extends ModelStoreBase {
  override readonly bucket: Bucket;
  override readonly prefix: string;

  /** A registry in a bucket that is there already; its settings stay as they are. */
  static fromBucket(
    scope: Construct,
    id: string,
    bucket: IBucket,
    { prefix = DEFAULT_PREFIX }: ImportedModelStoreProps = {},
  ): ModelStoreBase {
    return new ImportedModelStore(scope, id, bucket, checkedPrefix(prefix));
  }

  constructor(scope: Construct, id: string, props: ModelStoreProps = {}) {
    super(scope, id);
    const { encryptionKey, removalPolicy = RemovalPolicy.RETAIN, serverAccessLogsBucket } = props;
    this.prefix = checkedPrefix(props.prefix ?? DEFAULT_PREFIX);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
      encryptionKey,
      bucketKeyEnabled: encryptionKey !== undefined,
      serverAccessLogsBucket,
      versioned: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
      lifecycleRules: [
        {
          id: 'overwritten',
          noncurrentVersionExpiration: props.noncurrentExpiration ?? Duration.days(90),
          expiredObjectDeleteMarker: true,
        },
        { id: 'uploads-given-up', abortIncompleteMultipartUploadAfter: Duration.days(7) },
        {
          id: 'seen-webhooks',
          prefix: `${inFolder(this.prefix, 'events')}/`,
          expiration: Duration.days(1),
          noncurrentVersionExpiration: Duration.days(1),
        },
      ],
    });
    // A bucket that stays keeps asking for TLS.
    this.bucket.policy?.applyRemovalPolicy(removalPolicy);
    if (!serverAccessLogsBucket) {
      const reason =
        'logs of reads need a second bucket; pass serverAccessLogsBucket, or record S3 data events in CloudTrail';
      acknowledge(this.bucket, { 'AwsSolutions-S1': reason });
      skipCheckov(this.bucket, { CKV_AWS_18: reason });
    }
    if (removalPolicy === RemovalPolicy.DESTROY) explainEmptying(this);
  }
}

class ImportedModelStore extends ModelStoreBase {
  override readonly bucket: IBucket;
  override readonly prefix: string;

  constructor(scope: Construct, id: string, bucket: IBucket, prefix: string) {
    super(scope, id);
    this.bucket = bucket;
    this.prefix = prefix;
  }
}

/** CDK brings a function of its own that empties the bucket, once. */
function explainEmptying(scope: Construct): void {
  const provider = Stack.of(scope).node.tryFindChild(
    'Custom::S3AutoDeleteObjectsCustomResourceProvider',
  );
  const handler = provider?.node.tryFindChild('Handler');
  if (!handler || !CfnResource.isCfnResource(handler)) return;
  const reason = 'CDK’s own function, which runs once, when the stack is destroyed';
  skipCheckov(handler, { CKV_AWS_115: reason, CKV_AWS_116: reason, CKV_AWS_117: reason });
  handler.addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
}

function checkedPrefix(prefix: string): string {
  if (prefix === '' || /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(prefix)) return prefix;
  throw new Error(
    `prefix must be folders of letters, digits, ".", "_" and "-" without a slash at its ends, got "${prefix}"`,
  );
}
