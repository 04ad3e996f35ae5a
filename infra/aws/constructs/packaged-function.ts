import { type Duration, Size } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  type Code,
  Handler,
  type IDestination,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { ignoreCfnLint } from './ignore-cfn-lint.ts';
import { createLogGroup } from './log-group.ts';
import type { ProcessorArchitecture } from './package-code.ts';
import { skipCheckov } from './skip-checkov.ts';

/** Characters; a model's name alone may be as long. @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const MAX_DESCRIPTION = 256;

/** Where a function runs inside a network. S3 must be reachable from the subnets. */
export interface VpcPlacement {
  readonly vpc: IVpc;

  /** @default the VPC's private subnets */
  readonly subnets?: SubnetSelection;

  /** @default a new one that allows all outgoing traffic */
  readonly securityGroups?: ISecurityGroup[];
}

export interface PackagedFunctionProps {
  readonly description: string;
  readonly code: Code;
  readonly handler: string;
  /** Then `code` is a container image, which says itself what runs. @default false */
  readonly isImage?: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly architecture: ProcessorArchitecture;
  readonly memory: Size;
  readonly timeout: Duration;
  readonly ephemeralStorage?: Size;
  readonly reservedConcurrency?: number;
  readonly logRetention?: RetentionDays;
  readonly tracing?: boolean;
  readonly placement?: VpcPlacement;
  /** Why it needs no queue for what failed. @default API Gateway calls it, and waits */
  readonly whyNoDeadLetters?: string;
  /** For events that nobody waits for. */
  readonly asynchronous?: {
    readonly onFailure: IDestination;
    readonly retryAttempts: number;
    readonly maxEventAge: Duration;
  };
}

/**
 * A function from a zip of the package or from an image, with a role that may write its own log and nothing else,
 * a log group that forgets, and JSON lines in it.
 */
export function createPackagedFunction(
  scope: Construct,
  id: string,
  props: PackagedFunctionProps,
): LambdaFunction {
  const { placement, asynchronous } = props;
  const retention = props.logRetention ?? RetentionDays.ONE_MONTH;
  const logGroup = createLogGroup(scope, `${id}Logs`, retention);
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What ${props.handler} may do`,
  });
  logGroup.grantWrite(role);
  if (placement) allowNetworkInterfaces(role);
  const lambda = new LambdaFunction(scope, id, {
    description: props.description.slice(0, MAX_DESCRIPTION),
    runtime: props.isImage ? Runtime.FROM_IMAGE : Runtime.NODEJS_24_X,
    architecture: props.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    code: props.code,
    handler: props.isImage ? Handler.FROM_IMAGE : props.handler,
    environment: { ...props.environment },
    memorySize: props.memory.toMebibytes(),
    timeout: props.timeout,
    ephemeralStorageSize: props.ephemeralStorage ?? Size.mebibytes(512),
    reservedConcurrentExecutions: props.reservedConcurrency,
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    // Our own level decides what is written. Lambda reads it in each line, and would drop debug by itself.
    applicationLogLevelV2: ApplicationLogLevel.DEBUG,
    tracing: props.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
    vpc: placement?.vpc,
    vpcSubnets: placement?.subnets,
    securityGroups: placement?.securityGroups,
    onFailure: asynchronous?.onFailure,
    retryAttempts: asynchronous?.retryAttempts,
    maxEventAge: asynchronous?.maxEventAge,
  });
  explain(lambda, role, props);
  return lambda;
}

/** The managed policy for it also writes to every log group of the account. */
function allowNetworkInterfaces(role: Role): void {
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  );
}

function explain(lambda: LambdaFunction, role: Role, props: PackagedFunctionProps): void {
  const { tracing, placement, asynchronous, reservedConcurrency } = props;
  const failures = asynchronous
    ? 'what failed goes to a destination of its own, with the cause'
    : (props.whyNoDeadLetters ??
      'called synchronously by API Gateway: a failure is an answer, nothing is queued');
  acknowledge(lambda, { 'Serverless-LambdaDLQ': failures });
  skipCheckov(lambda, {
    CKV_AWS_116: failures,
    CKV_AWS_173: 'encrypted by Lambda itself; there are no secrets in it, only where they are kept',
  });
  if (reservedConcurrency === undefined) {
    skipCheckov(lambda, { CKV_AWS_115: 'a limit takes its share from other functions: by choice' });
  }
  if (!placement) {
    skipCheckov(lambda, { CKV_AWS_117: 'needs nothing inside a network: by choice' });
  }
  if (!tracing) {
    acknowledge(lambda, { 'Serverless-LambdaTracing': 'tracing costs money and is off by choice' });
  }
  if (tracing || placement) {
    acknowledge(role, { 'AwsSolutions-IAM5[Resource::*]': NO_ARN });
  }
  if (placement) skipCheckov(role.node.findChild('DefaultPolicy'), { CKV_AWS_111: NO_ARN });
  // CDK adds it to be sure; it does no harm.
  ignoreCfnLint(lambda, ['W3005']);
}

const NO_ARN = 'network interfaces and X-Ray segments have no ARN that could be named';
