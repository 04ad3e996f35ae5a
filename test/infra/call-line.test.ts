import { describe, expect, it } from 'vitest';
import { type CallLineOptions, callLine } from '../../infra/aws/call-line.ts';
import { ENDPOINT_FILES } from './endpoint-files.ts';
import { templateOf } from './synth.ts';

const line = (options: Partial<CallLineOptions>): string =>
  callLine({
    url: 'https://abc.example/v1/',
    auth: 'none',
    apiKeyId: undefined,
    region: 'eu-central-1',
    mutualTls: false,
    ...options,
  });

const BODY = "-H 'content-type: application/json' -d @serving_input_example.json";

describe('callLine', () => {
  it.each<{ name: string; options: Partial<CallLineOptions>; credentials: string }>([
    { name: 'everybody', options: {}, credentials: '' },
    {
      name: 'an API key, whose value AWS is asked for',
      options: { auth: { apiKey: true }, apiKeyId: 'k123' },
      credentials:
        '-H "x-api-key: $(aws apigateway get-api-key --api-key k123 --include-value --query value --output text)" ',
    },
    {
      name: 'signed requests',
      options: { auth: { iam: true } },
      credentials:
        '--aws-sigv4 aws:amz:eu-central-1:execute-api --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN" ',
    },
    {
      name: 'bearer tokens',
      options: { auth: { jwt: { issuer: 'https://i', audience: ['a'] } } },
      credentials: '-H "authorization: Bearer $TOKEN" ',
    },
    {
      name: 'certificates',
      options: { mutualTls: true },
      credentials: '--cert client.pem --key client.key ',
    },
  ])('is ready for $name', ({ options, credentials }) => {
    expect(line(options)).toBe(`curl https://abc.example/v1/invocations ${credentials}${BODY}`);
  });
});

describe('the output Curl', () => {
  it.each(Object.keys(ENDPOINT_FILES))('is there for %s', (name) => {
    templateOf(name).hasOutput('Curl', {});
  });
});
