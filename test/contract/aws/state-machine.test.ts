import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStateMachine } from '../../../src/aws/state-machine.ts';
import {
  type FakeStepFunctions,
  MACHINE_ARN,
  startFakeStepFunctions,
} from '../../helpers/fake-step-functions.ts';

let server: FakeStepFunctions;
beforeEach(async () => {
  server = await startFakeStepFunctions();
  process.env['AWS_ENDPOINT_URL_SFN'] = server.url;
});
afterEach(async () => {
  delete process.env['AWS_ENDPOINT_URL_SFN'];
  await server.close();
});

process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
const environment = { AWS_MAX_ATTEMPTS: '2' };
const create = () => createStateMachine(MACHINE_ARN, environment);
const INPUT = { input: 's3://in/a.csv' };

describe('a state machine', () => {
  it('starts an execution, and says how it is', async () => {
    const machine = create();

    const arn = await machine.start('job', INPUT);

    expect(arn).toBe('arn:aws:states:us-east-1:123456789012:execution:wine:job');
    expect(server.executions.get('job')?.input).toBe(JSON.stringify(INPUT));
    expect(await machine.describe(arn)).toEqual({ status: 'RUNNING', isUnderWay: true });
  });

  it('is started once, however often it is asked for while it runs', async () => {
    const machine = create();

    const arns = [await machine.start('job', INPUT), await machine.start('job', INPUT)];
    const other = await machine.start('job', { ...INPUT, replay: 'another message' });

    expect(new Set([...arns, other]).size).toBe(1);
    expect(server.executions.size).toBe(1);
  });

  it('has another name after an execution that has ended, and again one while that one runs', async () => {
    const machine = create();
    for (const name of ['job', 'job-2']) {
      await machine.start('job', INPUT);
      Object.assign(server.executions.get(name) ?? {}, {
        status: 'FAILED',
        error: 'BAD_REQUEST',
        cause: 'rows',
      });
    }

    const arn = await machine.start('job', INPUT);

    expect(arn).toMatch(/:job-3$/);
    expect(await machine.start('job', INPUT)).toBe(arn);
    expect(await machine.describe(arn.replace('-3', ''))).toEqual({
      status: 'FAILED',
      isUnderWay: false,
      error: 'BAD_REQUEST',
      cause: 'rows',
    });
  });

  it.each([
    ['AccessDeniedException', 400, 'PERMISSION_DENIED', 'the role needs states:StartExecution'],
    ['ExpiredTokenException', 400, 'UNAUTHENTICATED', 'they have expired'],
    ['UnrecognizedClientException', 400, 'UNAUTHENTICATED', 'does not know the AWS credentials'],
    [
      'StateMachineDoesNotExist',
      400,
      'RESOURCE_DOES_NOT_EXIST',
      'are name, account and region right?',
    ],
    ['InvalidName', 400, 'INVALID_PARAMETER_VALUE', 'InvalidName'],
  ])('says what to do about %s', async (type, status, code, message) => {
    server.failNext(type, status);

    await expect(create().start('job', INPUT)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('is asked again after a failure of a moment', async () => {
    server.failNext('InternalServerError', 500);

    await create().start('job', INPUT);

    expect(server.executions.size).toBe(1);
  });

  it('says that the service does not answer', async () => {
    const machine = create();
    await server.close();

    await expect(machine.start('job', INPUT)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    });
  });

  it.each(['wine', 'arn:aws:lambda:us-east-1:123456789012:function:wine'])('is not %s', (arn) => {
    expect(() => createStateMachine(arn, environment)).toThrow('expected arn:aws:states:');
  });
});
