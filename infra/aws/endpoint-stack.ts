import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EndpointFile } from '../../src/config/endpoint-schema.ts';
import { callLine } from './call-line.ts';
import { BatchScoring } from './constructs/batch-scoring.ts';
import { MlflowEndpoint } from './constructs/mlflow-endpoint.ts';
import { RegistryEvents } from './constructs/registry-events.ts';
import { batchProps } from './endpoint-props/batch.ts';
import { endpointProps } from './endpoint-props/endpoint.ts';
import type { FunctionCode } from './endpoint-props/function-code.ts';
import { placementOf } from './endpoint-props/placement.ts';
import { registryEventsProps } from './endpoint-props/registry-events.ts';
import { createStore } from './endpoint-props/store.ts';
import { notifyLine } from './notify-line.ts';
import { publishLine } from './publish-line.ts';

export interface EndpointStackProps extends StackProps {
  readonly file: EndpointFile;

  /** @default the zips in the package */
  readonly code?: FunctionCode;
}

/** Everything that one endpoint file asks for, in one stack: `cdk deploy` needs no name. */
export class EndpointStack extends Stack {
  constructor(scope: Construct, id: string, { file, code, ...props }: EndpointStackProps) {
    super(scope, id, { description: `mlflow-serverless endpoint for ${file.model}`, ...props });
    for (const [name, value] of Object.entries(file.tags)) Tags.of(this).add(name, value);
    const store = createStore(this, file);
    const placement = placementOf(this, file);
    const settings = endpointProps(this, file, store, placement, code);
    const endpoint = new MlflowEndpoint(this, 'Endpoint', settings);
    const following = registryEventsProps(this, file, store, placement, code);
    const events = following && new RegistryEvents(this, 'RegistryEvents', following);

    const scoring = batchProps(this, file, store, placement, code);
    const batch = scoring && new BatchScoring(this, 'Batch', scoring);

    this.output('Url', endpoint.url, 'Requests go to <Url>invocations');
    this.output('ApiKeyId', endpoint.apiKeyId, 'Of the API key; the line in Curl gets its value');
    this.output('RegistryUri', store.registryUri, 'Where models are published');
    this.output(
      'Publish',
      publishLine(file.model, store.registryUri),
      'The next command, for version 1 unless endpoint.yaml names one',
    );
    const curl = callLine({
      url: endpoint.url,
      auth: settings.auth ?? 'none',
      apiKeyId: endpoint.apiKeyId,
      region: this.region,
      mutualTls: file.api.domain?.mutualTls !== undefined,
    });
    this.output('Curl', curl, 'Asks the model');
    this.output('DomainTarget', endpoint.domainTarget, 'Where the host name must point');
    this.output('WebhookUrl', events?.webhookUrl, 'For create_webhook of MLflow');
    const notify =
      file.batch && batch && notifyLine({ ...file.batch, queueArn: batch.queue.queueArn });
    this.output('BatchNotification', notify, 'Once: the bucket begins to tell of new files');
    this.output('BatchStateMachineArn', batch?.stateMachine.stateMachineArn, 'Scores buckets');
    this.output('BatchQueueUrl', batch?.queue.queueUrl, 'Files that wait to be scored');
    this.output('BatchFailuresUrl', batch?.failures.queueUrl, 'Files that could not be scored');
  }

  private output(name: string, value: string | undefined, description: string): void {
    if (value !== undefined) new CfnOutput(this, name, { value, description });
  }
}
