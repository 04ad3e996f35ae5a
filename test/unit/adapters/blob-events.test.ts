import { describe, expect, it } from 'vitest';
import { parseBlobEvents } from '../../../src/adapters/azure/blob-events.ts';

const HOST = 'my-storage-account.blob.core.windows.net';

/** From Microsoft's documentation of the schema. @see https://learn.microsoft.com/en-us/azure/event-grid/event-schema-blob-storage */
const CREATED = {
  topic:
    '/subscriptions/{subscription-id}/resourceGroups/Storage/providers/Microsoft.Storage/storageAccounts/my-storage-account',
  subject: '/blobServices/default/containers/test-container/blobs/new-file.txt',
  eventType: 'Microsoft.Storage.BlobCreated',
  eventTime: '2017-06-26T18:41:00.9584103Z',
  id: '831e1650-001e-001b-66ab-eeb76e069631',
  data: {
    api: 'PutBlockList',
    clientRequestId: '6d79dbfb-0e37-4fc4-981f-442c9ca65760',
    requestId: '831e1650-001e-001b-66ab-eeb76e000000',
    eTag: '"0x8D4BCC2E4835CD0"',
    contentType: 'text/plain',
    contentLength: 524288,
    blobType: 'BlockBlob',
    accessTier: 'Default',
    url: `https://${HOST}/testcontainer/new-file.txt`,
    sequencer: '00000000000004420000000000028963',
    storageDiagnostics: { batchId: 'b68529f3-68cd-4744-baa4-3c0498ec19f0' },
  },
  dataVersion: '',
  metadataVersion: '1',
};
const CLOUD_EVENT = {
  source: CREATED.topic,
  subject: '/blobServices/default/containers/my-file-system/blobs/new-file.txt',
  type: 'Microsoft.Storage.BlobCreated',
  time: '2017-06-26T18:41:00.9584103Z',
  id: '831e1650-001e-001b-66ab-eeb76e069631',
  data: {
    api: 'FlushWithClose',
    requestId: '831e1650-001e-001b-66ab-eeb76e000000',
    eTag: '"0x8D4BCC2E4835CD0"',
    contentType: 'text/plain',
    contentLength: 524288,
    contentOffset: 0,
    blobType: 'BlockBlob',
    url: 'https://my-storage-account.dfs.core.windows.net/my-file-system/new-file.txt',
    sequencer: '00000000000004420000000000028963',
  },
  specversion: '1.0',
};
const withData = (data: object, subject = CREATED.subject) => ({
  ...CREATED,
  subject,
  data: { ...CREATED.data, ...data },
});
const CREATED_EVENT = { kind: 'created', uri: `wasbs://test-container@${HOST}/new-file.txt` };

describe('parseBlobEvents', () => {
  it.each([
    ['an event of Event Grid', CREATED],
    ['its text', JSON.stringify(CREATED)],
    ['its text in base64', Buffer.from(JSON.stringify(CREATED)).toString('base64')],
    ['a list of one', [CREATED]],
    ['what the poison queue holds', { poison: CREATED, error: 'BAD_REQUEST: x' }],
    ['the text of that', JSON.stringify({ poison: JSON.stringify(CREATED), error: 'x' })],
  ])('reads %s', (_name, message) => {
    expect(parseBlobEvents(message)).toEqual([CREATED_EVENT]);
  });

  it('reads CloudEvents of a Data Lake account', () => {
    expect(parseBlobEvents(CLOUD_EVENT)).toEqual([
      { kind: 'created', uri: `wasbs://my-file-system@${HOST}/new-file.txt` },
    ]);
  });

  it('takes the name from the subject, as it is', () => {
    const subject = '/blobServices/default/containers/in/blobs/a b/ü%20#?.csv';
    const url = `https://${HOST}/in/a%20b/%C3%BC%2520%23%3F.csv`;

    expect(parseBlobEvents(withData({ url }, subject))).toEqual([
      { kind: 'created', uri: `wasbs://in@${HOST}/a b/ü%20#?.csv` },
    ]);
  });

  it('reads several events', () => {
    const other = withData({}, '/blobServices/default/containers/in/blobs/b.csv');

    expect(parseBlobEvents([CREATED, other])).toHaveLength(2);
  });

  it.each([
    ['another type', { ...CREATED, eventType: 'Microsoft.Storage.BlobDeleted' }, /not asked for/],
    ['a file that was begun', withData({ api: 'CreateFile', contentLength: 0 }), /was begun/],
    ['a page blob', withData({ blobType: 'PageBlob' }), /no block blob/],
  ])('leaves %s out, and says why', (_name, message, why) => {
    expect(parseBlobEvents(message)).toEqual([
      { kind: 'left-out', why: expect.stringMatching(why) },
    ]);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['no event', []],
    ['nothing', null],
    ['no type', { ...CREATED, eventType: undefined }],
    ['no subject', { ...CREATED, subject: undefined }],
    ['a container', { ...CREATED, subject: '/blobServices/default/containers/in' }],
    ['no address', withData({ url: undefined })],
    ['no data', { ...CREATED, data: 7 }],
  ])('refuses %s', (_name, message) => {
    expect(() => parseBlobEvents(message)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    );
  });
});
