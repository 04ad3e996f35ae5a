/** An object as the messages of a queue tell of it. */
export interface Told {
  readonly bucket: string;
  readonly key: string;
  readonly etag?: string;
  readonly versionId?: string;
}

/** S3's own: keys are encoded as in a form. */
export const fromS3 = (...objects: Told[]): string =>
  JSON.stringify({ Records: objects.map(toRecord) });

/** Any message, as a topic passes it on. */
export const fromTopic = (message: string): string =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:us-east-1:000000000000:files',
    Subject: 'Amazon S3 Notification',
    Message: message,
    Timestamp: '2026-01-01T00:00:00.000Z',
    SignatureVersion: '1',
  });

/** EventBridge's: keys are as they are. */
export const fromBus = ({ bucket, key, etag, versionId }: Told): string =>
  JSON.stringify({
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, etag, 'version-id': versionId },
      reason: 'PutObject',
    },
  });

/** What S3 sends when a notification is set up. */
export const TEST_EVENT = JSON.stringify({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-01-01T00:00:00.000Z',
  Bucket: 'files',
});

function toRecord({ bucket, key, etag, versionId }: Told) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventTime: '2026-01-01T00:00:00.000Z',
    eventName: 'ObjectCreated:Put',
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key: formEncoded(key),
        ...(etag && { eTag: etag }),
        ...(versionId && { versionId }),
        sequencer: '0055AED6DCD90281E5',
      },
    },
  };
}

const formEncoded = (key: string): string =>
  encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
