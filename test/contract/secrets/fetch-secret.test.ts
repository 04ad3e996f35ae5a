import { afterEach, describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { createSecretFetcher } from '../../../src/secrets/fetch-secret.ts';
import { parseSecretReference } from '../../../src/secrets/parse-secret-reference.ts';
import {
  type AwsAnswer,
  type AwsRequest,
  type FakeAws,
  refusal,
  startFakeAws,
} from '../../helpers/fake-aws-secrets.ts';

const VALUE = 'hunter2';
const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mlflow-AbCdEf';

let aws: FakeAws | undefined;
afterEach(() => aws?.close());

/** Each request gets the next answer, then the last one for ever. */
async function serve(...answers: readonly (AwsAnswer | ((request: AwsRequest) => AwsAnswer))[]) {
  let index = 0;
  const started = await startFakeAws((request) => {
    const answer = answers[Math.min(index++, answers.length - 1)] ?? {};
    return typeof answer === 'function' ? answer(request) : answer;
  });
  aws = started;
  const fetchSecret = createSecretFetcher({ HOME: '/nowhere', ...started.environment });
  return { started, read: (text: string) => fetchSecret(parseSecretReference(text)) };
}

const text = (value: string): AwsAnswer => ({ json: { SecretString: value, CreatedDate: 12.5 } });

describe('Secrets Manager', () => {
  it('asks for the current version, signed for its region', async () => {
    const { started, read } = await serve(text(VALUE));

    expect(await read(`secretsmanager:${ARN}`)).toEqual({ value: VALUE, createdAtMs: 12_500 });
    const [request] = started.requests;
    expect(request?.target).toBe('secretsmanager.GetSecretValue');
    expect(request?.json).toEqual({ SecretId: ARN, VersionStage: 'AWSCURRENT' });
    expect(request?.headers['content-type']).toBe('application/x-amz-json-1.1');
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/secretsmanager\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, /,
    );
  });

  it.each([
    { name: 'a text', held: VALUE, reference: 'secretsmanager:a', value: VALUE },
    {
      name: 'a text with a line break at its end',
      held: `${VALUE}\r\n`,
      reference: 'secretsmanager:a',
      value: VALUE,
    },
    {
      name: 'JSON without a key',
      held: '{"a":1}',
      reference: 'secretsmanager:a',
      value: '{"a":1}',
    },
    {
      name: 'a key of JSON',
      held: `{"user":"x","password":"${VALUE}"}`,
      reference: 'secretsmanager:a#password',
      value: VALUE,
    },
    {
      name: 'a number at a key',
      held: '{"pin":1234}',
      reference: 'secretsmanager:a#pin',
      value: '1234',
    },
  ])('reads $name', async ({ held, reference, value }) => {
    const { read } = await serve(text(held));

    expect((await read(reference)).value).toBe(value);
  });

  it.each([
    {
      name: 'no such key',
      answer: text(`{"other":"${VALUE}"}`),
      reference: 'secretsmanager:a#password',
      message: 'secret "a" (Secrets Manager, eu-central-1) has no key "password"',
    },
    {
      name: 'a key that every object has',
      answer: text(`{"other":"${VALUE}"}`),
      reference: 'secretsmanager:a#constructor',
      message: 'secret "a" (Secrets Manager, eu-central-1) has no key "constructor"',
    },
    {
      name: 'a key of another kind',
      answer: text(`{"password":["${VALUE}"]}`),
      reference: 'secretsmanager:a#password',
      message:
        'secret "a" (Secrets Manager, eu-central-1) has neither a text nor a number at the key "password"',
    },
    {
      name: 'a key of a plain text',
      answer: text(VALUE),
      reference: 'secretsmanager:a#password',
      message:
        'secret "a" (Secrets Manager, eu-central-1) holds no JSON object, but its key "password" was asked for; leave #password out when it is a plain text',
    },
    {
      name: 'nothing in it',
      answer: text('\n'),
      reference: 'secretsmanager:a',
      message: 'secret "a" (Secrets Manager, eu-central-1) is empty',
    },
    {
      name: 'bytes',
      answer: { json: { SecretBinary: 'aHVudGVyMg==' } },
      reference: 'secretsmanager:a',
      message:
        'secret "a" (Secrets Manager, eu-central-1) is binary; expected a text, written with --secret-string',
    },
  ])('refuses $name without a word of what is there', async ({ answer, reference, message }) => {
    const { read } = await serve(answer);

    const error = await read(reference).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ServingError);
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE', message });
    expect(message).not.toContain(VALUE);
  });

  it.each([
    {
      type: 'ResourceNotFoundException',
      code: 'INVALID_PARAMETER_VALUE',
      says: 'does not exist; are name, account and region right? (ResourceNotFoundException)',
    },
    {
      type: 'AccessDeniedException',
      code: 'PERMISSION_DENIED',
      says: 'may not be read; the role needs secretsmanager:GetSecretValue on it (AccessDeniedException)',
    },
    {
      type: 'AccessDeniedException',
      message: 'Access to KMS is not allowed',
      code: 'PERMISSION_DENIED',
      says: 'may not be decrypted; the role needs kms:Decrypt on its key',
    },
    {
      type: 'DecryptionFailure',
      code: 'TEMPORARILY_UNAVAILABLE',
      says: 'cannot be decrypted; is its key disabled or deleted?',
    },
    {
      type: 'InvalidRequestException',
      code: 'INVALID_PARAMETER_VALUE',
      says: 'cannot be read; is it marked for deletion?',
    },
    {
      type: 'UnrecognizedClientException',
      code: 'UNAUTHENTICATED',
      says: 'cannot be read: the service refuses the AWS credentials: access key or session token are not known',
    },
    {
      type: 'InvalidSignatureException',
      code: 'UNAUTHENTICATED',
      says: 'the secret access key does not fit, or the clock is wrong',
    },
    {
      type: 'ValidationException',
      code: 'INVALID_PARAMETER_VALUE',
      says: 'cannot be read; are its name and region right?',
    },
  ])('says what $type means', async ({ type, message, code, says }) => {
    const { started, read } = await serve(refusal(type, 400, message ?? 'account 123456789012'));

    const error = await read(`secretsmanager:${ARN}`).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code });
    expect((error as Error).message).toMatch(
      /^secret "mlflow-AbCdEf" \(Secrets Manager, eu-west-1\) /,
    );
    expect((error as Error).message).toContain(says);
    expect((error as Error).message).not.toContain('123456789012');
    expect(started.requests).toHaveLength(1);
  });

  it('waits out throttling and failures', async () => {
    const { started, read } = await serve(
      refusal('ThrottlingException'),
      refusal('com.amazonaws.secretsmanager#InternalServiceError', 500),
      text(VALUE),
    );

    expect((await read('secretsmanager:a')).value).toBe(VALUE);
    expect(started.requests).toHaveLength(3);
  });

  it('gives up after four attempts', async () => {
    const { started, read } = await serve(refusal('ThrottlingException'));

    await expect(read('secretsmanager:a')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringMatching(
        /cannot be read: 127.0.0.1:\d+ is throttled \(ThrottlingException\)$/,
      ),
    });
    expect(started.requests).toHaveLength(4);
  });

  it('says when something else answers', async () => {
    const { read } = await serve({ status: 200, text: '<html>log in</html>' });

    await expect(read('secretsmanager:a')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('answered no JSON; does something stand in front of it?'),
    });
  });

  it('says when nobody answers', async () => {
    const { started, read } = await serve(text(VALUE));
    await started.close();
    aws = undefined;

    await expect(read('secretsmanager:a')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('connection refused'),
    });
  });
});

describe('SSM', () => {
  it('asks for the parameter, decrypted', async () => {
    const { started, read } = await serve({ json: { Parameter: { Value: VALUE } } });

    expect(await read('ssm:/mlflow/password')).toEqual({ value: VALUE });
    expect(started.requests[0]?.target).toBe('AmazonSSM.GetParameter');
    expect(started.requests[0]?.json).toEqual({ Name: '/mlflow/password', WithDecryption: true });
    expect(started.requests[0]?.headers.authorization).toContain('/eu-central-1/ssm/aws4_request');
  });

  it.each([
    { type: 'ParameterNotFound', code: 'INVALID_PARAMETER_VALUE', says: 'does not exist' },
    {
      type: 'AccessDeniedException',
      code: 'PERMISSION_DENIED',
      says: 'the role needs ssm:GetParameter on it',
    },
    {
      type: 'AccessDeniedException',
      message: 'The ciphertext … kms:Decrypt',
      code: 'PERMISSION_DENIED',
      says: 'the role needs kms:Decrypt on its key',
    },
  ])('says what $type means', async ({ type, message, code, says }) => {
    const { read } = await serve(refusal(type, 400, message));

    await expect(read('ssm:/mlflow/password')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(
        new RegExp(`^parameter "/mlflow/password" \\(SSM, eu-central-1\\) .*${says}`),
      ),
    });
  });
});

it('needs a region', async () => {
  const fetchSecret = createSecretFetcher({
    HOME: '/nowhere',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  });

  await expect(fetchSecret(parseSecretReference('ssm:a'))).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message:
      'parameter "a" (SSM) cannot be looked up without a region; set AWS_REGION, or name it by its ARN',
  });
});

it.each([
  { variable: 'AWS_ENDPOINT_URL_SECRETS_MANAGER', reference: 'secretsmanager:a' },
  { variable: 'AWS_ENDPOINT_URL_SSM', reference: 'ssm:a' },
])('$variable goes before AWS_ENDPOINT_URL', async ({ variable, reference }) => {
  const started = await startFakeAws(() => ({
    json: { SecretString: VALUE, Parameter: { Value: VALUE } },
  }));
  aws = started;
  const fetchSecret = createSecretFetcher({
    ...started.environment,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    [variable]: started.url,
  });

  expect((await fetchSecret(parseSecretReference(reference))).value).toBe(VALUE);
});
