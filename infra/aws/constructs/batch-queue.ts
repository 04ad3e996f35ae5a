import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { skipCheckov } from './skip-checkov.ts';

export interface BatchQueueProps {
  /** Of the function that works the queue off. */
  readonly functionTimeout: Duration;

  /** A message that failed this often goes to the dead-letter queue. */
  readonly maxReceives: number;

  /** @default Duration.hours(1) - an alarm rings when a message has waited this long */
  readonly maxWait?: Duration;
}

/** AWS's advice: a message must not come again while it is worked off. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_TIMEOUTS = 6;

/** Files that wait to be scored, those that could not be, and alarms on both. */
export class BatchQueue extends Construct {
  readonly queue: Queue;
  readonly failures: Queue;
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: BatchQueueProps) {
    super(scope, id);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    const retentionPeriod = Duration.days(14);
    this.failures = new Queue(this, 'Failures', { ...common, retentionPeriod });
    this.queue = new Queue(this, 'Files', {
      ...common,
      retentionPeriod,
      visibilityTimeout: Duration.seconds(props.functionTimeout.toSeconds() * VISIBILITY_TIMEOUTS),
      deadLetterQueue: { queue: this.failures, maxReceiveCount: props.maxReceives },
    });
    this.alarms = this.createAlarms(props.maxWait ?? Duration.hours(1));
    const isLast = 'it is itself the queue for what failed';
    acknowledge(this.failures, { 'Serverless-SQSRedrivePolicy': isLast });
    for (const queue of [this.queue, this.failures]) {
      skipCheckov(queue, { CKV_AWS_27: 'encrypted by SQS itself' });
    }
  }

  private createAlarms(maxWait: Duration): readonly Alarm[] {
    const common = {
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    };
    const lately = { period: Duration.minutes(5), statistic: 'Maximum' };
    return [
      new Alarm(this, 'Failed', {
        ...common,
        alarmDescription: 'Files could not be scored',
        metric: this.failures.metricApproximateNumberOfMessagesVisible(lately),
        threshold: 1,
      }),
      // In the dead-letter queue, a message keeps the time it was sent at: after 14 days it is gone.
      new Alarm(this, 'FailedLongAgo', {
        ...common,
        alarmDescription: 'Files that could not be scored are forgotten in a few days',
        metric: this.failures.metricApproximateAgeOfOldestMessage(lately),
        threshold: Duration.days(10).toSeconds(),
      }),
      new Alarm(this, 'Waiting', {
        ...common,
        alarmDescription: 'Files wait too long to be scored',
        metric: this.queue.metricApproximateAgeOfOldestMessage(lately),
        threshold: maxWait.toSeconds(),
      }),
    ];
  }
}
