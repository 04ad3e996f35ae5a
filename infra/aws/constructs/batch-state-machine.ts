import { ArnFormat, Aws, type Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import { grantRunFiles } from './batch-access.ts';
import { type BatchRunTargets, batchRunDefinition } from './batch-run-definition.ts';
import type { BatchPlace } from './batch-scoring-props.ts';
import { ignoreCfnLint } from './ignore-cfn-lint.ts';
import { createLogGroup } from './log-group.ts';

export interface BatchStateMachineProps
  extends Pick<BatchRunTargets, 'maxParallelParts' | 'toleratedFailureRatio'> {
  readonly function: IFunction;
  readonly failures: IQueue;
  readonly output: BatchPlace;
  readonly timeout: Duration;
  readonly logRetention: RetentionDays;
  readonly tracing: boolean;
}

/** Step Functions wants its log groups to have this name, or rewrites a policy of the account. */
const LOG_PREFIX = '/aws/vendedlogs/states';

/** Scores large files and whole prefixes with many calls of one function. */
export class BatchStateMachine extends Construct {
  readonly stateMachine: StateMachine;
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: BatchStateMachineProps) {
    super(scope, id);
    const { tracing, output } = props;
    const definition = batchRunDefinition({
      partition: Aws.PARTITION,
      functionArn: props.function.functionArn,
      failuresUrl: props.failures.queueUrl,
      timeoutSeconds: props.timeout.toSeconds(),
      maxParallelParts: props.maxParallelParts,
      toleratedFailureRatio: props.toleratedFailureRatio,
    });
    const stack = Stack.of(this);
    const name = `${LOG_PREFIX}/${stack.stackName}-${this.node.addr.slice(0, 8)}`;
    this.stateMachine = new StateMachine(this, 'Run', {
      comment: 'Scores a large file, or every file below a prefix',
      definitionBody: DefinitionBody.fromString(stack.toJsonString(definition)),
      tracingEnabled: tracing,
      // Inputs name files, and no rows; those are in no state.
      logs: {
        destination: createLogGroup(this, 'Logs', props.logRetention, name),
        level: LogLevel.ERROR,
        includeExecutionData: true,
      },
    });
    const { role } = this.stateMachine;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [props.function.functionArn],
      }),
    );
    props.failures.grantSendMessages(role);
    grantRunFiles(role, output);
    this.allowChildren();
    this.explain(tracing);
    this.alarm = new Alarm(this, 'RunFailed', {
      alarmDescription: 'A batch run failed',
      metric: this.stateMachine.metricFailed(),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** Allow to start runs, and to see how far they are. */
  grantRun(grantee: IGrantable): Grant {
    const { stateMachineArn, stateMachineName } = this.stateMachine;
    const runs = this.executions(stateMachineName);
    const principal = grantee.grantPrincipal;
    if (Construct.isConstruct(principal)) {
      acknowledgeWildcard(principal, runs, 'executions of this machine, whatever their name');
    }
    const allow = (action: string, resource: string) =>
      Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resource] });
    return allow('states:StartExecution', stateMachineArn).combine(
      allow('states:DescribeExecution', runs),
    );
  }

  private executions(machine: string): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${machine}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /**
   * A distributed map starts an execution of the same machine for each item, and stops those that are under way when too many failed.
   *
   * A policy by itself: the role's own one has to be there before the machine is.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
   */
  private allowChildren(): void {
    const { stateMachine } = this;
    const { stateMachineArn, stateMachineName } = stateMachine;
    const runs = this.executions(stateMachineName);
    const children = this.executions(`${stateMachineName}/Items`);
    const policy = new Policy(this, 'Children', {
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [runs, children],
        }),
        new PolicyStatement({ actions: ['states:RedriveExecution'], resources: [children] }),
      ],
      roles: [stateMachine.role],
    });
    acknowledgeWildcard(policy, runs, 'executions of this machine, whatever their name');
    acknowledgeWildcard(policy, children, 'executions for the items of a run of this machine');
  }

  private explain(tracing: boolean): void {
    const { role } = this.stateMachine;
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'log deliveries and X-Ray segments have no ARN that could be named',
    });
    acknowledge(this.stateMachine, {
      'AwsSolutions-SF1':
        'Step Functions keeps every event of a run itself; the log has what failed',
    });
    // CDK adds it to be sure; it does no harm.
    ignoreCfnLint(this.stateMachine, ['W3005']);
    if (!tracing) {
      const byChoice = 'tracing costs money and is off by choice';
      acknowledge(this.stateMachine, {
        'AwsSolutions-SF2': byChoice,
        'Serverless-StepFunctionStateMachineXray': byChoice,
      });
    }
  }
}
