import { describe, expect, it } from 'vitest';
import { templateOf } from './synth.ts';

/**
 * A resource whose id changes is made anew, and the old one goes: models would be lost, URLs and keys would
 * change. Whoever must change one of these writes it into CHANGELOG.md as breaking.
 */
const IDS: readonly { name: string; type: string; id: string }[] = [
  { name: 'auth apiKey', type: 'AWS::S3::Bucket', id: 'StoreBucket4FBDE984' },
  { name: 'auth apiKey', type: 'AWS::ApiGateway::RestApi', id: 'EndpointHttpApi8B8F52BD' },
  {
    name: 'auth apiKey',
    type: 'AWS::ApiGateway::Stage',
    id: 'EndpointHttpApiDeploymentStagev1E16C2ECE',
  },
  { name: 'auth apiKey', type: 'AWS::ApiGateway::ApiKey', id: 'EndpointHttpApiApiKeyE8F91F67' },
  { name: 'auth apiKey', type: 'AWS::Lambda::Function', id: 'EndpointFunction897CE2B6' },
  { name: 'domain', type: 'AWS::ApiGateway::DomainName', id: 'EndpointHttpDomain494E9124' },
  { name: 'events', type: 'AWS::SQS::Queue', id: 'RegistryEventsFailures218FCA11' },
  { name: 'events', type: 'AWS::ApiGateway::RestApi', id: 'RegistryEventsApiC42CC249' },
  { name: 'batch', type: 'AWS::SQS::Queue', id: 'BatchQueueFiles2499F0B0' },
  { name: 'batch', type: 'AWS::SQS::Queue', id: 'BatchQueueFailuresAFB6CA5D' },
  { name: 'batch', type: 'AWS::StepFunctions::StateMachine', id: 'BatchMachineRunE8B93253' },
  { name: 'batch', type: 'AWS::Lambda::Function', id: 'BatchFunctionD66237ED' },
  { name: 'batch', type: 'AWS::Lambda::Function', id: 'BatchTaskFunction8C6A6354' },
];

const OUTPUTS = ['Url', 'ApiKeyId', 'RegistryUri', 'Publish', 'Curl'];
const BATCH_OUTPUTS = [
  'BatchNotification',
  'BatchStateMachineArn',
  'BatchQueueUrl',
  'BatchFailuresUrl',
];

describe('ids that deployed stacks rely on', () => {
  it.each(IDS)('$type of "$name" is $id', ({ name, type, id }) => {
    expect(Object.keys(templateOf(name).findResources(type))).toContain(id);
  });

  it('are the same for the store whoever may call', () => {
    const ids = ['auth none', 'auth iam', 'auth jwt', 'events', 'store with a key'].map(
      (name) => Object.keys(templateOf(name).findResources('AWS::S3::Bucket'))[0],
    );

    expect(new Set(ids).size).toBe(1);
  });

  it('are the names of outputs, too', () => {
    expect(Object.keys(templateOf('auth apiKey').toJSON()['Outputs'])).toEqual(OUTPUTS);
    expect(Object.keys(templateOf('batch').toJSON()['Outputs'])).toEqual([
      ...OUTPUTS.filter((name) => name !== 'ApiKeyId'),
      ...BATCH_OUTPUTS,
    ]);
  });
});
