import { describe, expect, it } from 'vitest';
import { queueOptions } from '../../../src/aws/queue-options.ts';

describe('queueOptions', () => {
  it.each([
    ['https://sqs.eu-west-1.amazonaws.com/111122223333/files', 'eu-west-1'],
    ['https://sqs.us-gov-east-1.amazonaws.com/111122223333/files', 'us-gov-east-1'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/111122223333/files', 'cn-north-1'],
    ['https://sqs.eusc-de-east-1.amazonaws.eu/111122223333/files', 'eusc-de-east-1'],
    ['https://sqs.ap-southeast-2.api.aws/111122223333/files', 'ap-southeast-2'],
    ['https://sqs-fips.us-east-2.amazonaws.com/111122223333/files', 'us-east-2'],
    ['https://vpce-0a.sqs.us-east-2.vpce.amazonaws.com/111122223333/files', 'us-east-2'],
    ['http://127.0.0.1:9324/000000000000/files', 'us-west-2'],
  ])('takes of %s the region %s', (url, region) => {
    expect(queueOptions(url, { AWS_REGION: 'us-west-2' }).region).toBe(region);
  });

  it('needs no other region where the URL names one', () => {
    const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/files';

    expect(queueOptions(url, {}).region).toBe('eu-west-1');
  });
});
