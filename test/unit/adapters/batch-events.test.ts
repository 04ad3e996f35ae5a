import { describe, expect, it } from 'vitest';
import { parseCreatedObjects } from '../../../src/adapters/aws/batch-events.ts';
import bus from '../../contract/fixtures/batch-events/event-bridge.json' with { type: 'json' };
import put from '../../contract/fixtures/batch-events/s3-put.json' with { type: 'json' };
import testEvent from '../../contract/fixtures/batch-events/s3-test-event.json' with {
  type: 'json',
};
import sns from '../../contract/fixtures/batch-events/sns.json' with { type: 'json' };

const fromPut = {
  bucket: 'amzn-s3-demo-bucket',
  key: 'in/Happy Face 100% + €.csv',
  etag: 'd41d8cd98f00b204e9800998ecf8427e',
  versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko',
  sizeBytes: 1024,
};

const fromBus = {
  bucket: 'amzn-s3-demo-bucket1',
  key: 'in/a+b 100%25.csv',
  etag: 'b1946ac92492d2347c6235b4d2611184',
  versionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
  sizeBytes: 5,
};

const parse = (event: unknown) => parseCreatedObjects(JSON.stringify(event));

const throughSns = (event: unknown) => ({ ...sns, Message: JSON.stringify(event) });

const [record] = put.Records;

const withObject = (object: object) => ({
  Records: [{ ...record, s3: { bucket: { name: 'b' }, object } }],
});

describe('parseCreatedObjects', () => {
  it.each([
    { name: 'S3, decoding the key', event: put, expected: [fromPut] },
    { name: 'EventBridge, with the key as it is', event: bus, expected: [fromBus] },
    { name: 'S3 through SNS', event: throughSns(put), expected: [fromPut] },
    { name: 'EventBridge through SNS', event: throughSns(bus), expected: [fromBus] },
    { name: 'topic after topic', event: throughSns(throughSns(put)), expected: [fromPut] },
    {
      name: 'several records, in their order',
      event: { Records: [record, ...withObject({ key: 'a.csv' }).Records] },
      expected: [fromPut, { bucket: 'b', key: 'a.csv' }],
    },
    {
      name: 'an upload of several parts, in a bucket without versions',
      event: {
        Records: [
          {
            ...withObject({
              key: 'a',
              size: 5,
              eTag: 'b920c39d84c99220c7f3ef6bfcce1dd2-3',
              versionId: null,
            }).Records[0],
            eventVersion: '2.6',
            eventName: 'ObjectCreated:CompleteMultipartUpload',
          },
        ],
      },
      expected: [
        { bucket: 'b', key: 'a', etag: 'b920c39d84c99220c7f3ef6bfcce1dd2-3', sizeBytes: 5 },
      ],
    },
    {
      name: 'created objects beside others',
      event: {
        Records: [
          { ...record, eventName: 'ObjectTagging:Put' },
          { ...record, eventName: 'ObjectCreated:Copy' },
          { ...record, eventName: 'ObjectRestore:Completed' },
          { ...record, eventName: 'LifecycleExpiration:Delete' },
        ],
      },
      expected: [fromPut],
    },
    {
      name: 'an object of EventBridge of which little is said',
      event: {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: { bucket: { name: 'b' }, object: { key: 'a b' } },
      },
      expected: [{ bucket: 'b', key: 'a b' }],
    },
    {
      name: 'an empty file',
      event: withObject({ key: 'a', size: 0 }),
      expected: [{ bucket: 'b', key: 'a', sizeBytes: 0 }],
    },
  ])('understands $name', ({ event, expected }) => {
    expect(parse(event)).toEqual(expected);
  });

  it.each([
    { name: 'the test event', event: testEvent },
    { name: 'the test event through SNS', event: throughSns(testEvent) },
    {
      name: 'a deleted object',
      event: { Records: [{ ...record, eventName: 'ObjectRemoved:Delete' }] },
    },
    { name: 'a deleted object of EventBridge', event: { ...bus, 'detail-type': 'Object Deleted' } },
    { name: 'a folder of the console', event: withObject({ key: 'in/folder/', size: 0 }) },
    { name: 'no records', event: { Records: [] } },
  ])('finds nothing in $name', ({ event }) => {
    expect(parse(event)).toEqual([]);
  });

  it.each([
    { name: 'no JSON', body: 'in/a.csv', message: 'it is no JSON' },
    { name: 'another kind of event', body: '{"a":1}', message: 'it is neither' },
    { name: 'a list', body: '[]', message: 'it is neither' },
    { name: 'null', body: 'null', message: 'it is neither' },
    {
      name: 'a record of another source',
      body: '{"Records":[{"eventSource":"aws:dynamodb"}]}',
      message: 'Records[0].eventSource is not "aws:s3"',
    },
    {
      name: 'a record without a key',
      body: JSON.stringify(withObject({})),
      message: 'Records[0].s3.object.key is missing',
    },
    {
      name: 'a key that is not UTF-8',
      body: JSON.stringify(withObject({ key: 'in/%FF.csv' })),
      message: 'Records[0].s3.object.key is not URL-encoded UTF-8',
    },
    {
      name: 'envelopes without end',
      body: JSON.stringify(throughSns(throughSns(throughSns(throughSns(put))))),
      message: 'more than 3 envelopes of SNS',
    },
  ])('refuses $name', ({ body, message }) => {
    expect(() => parseCreatedObjects(body)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(message) }),
    );
  });
});
