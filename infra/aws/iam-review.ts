/**
 * Everything that any template of ours allows or denies, and why. A test compares it with the templates of every auth
 * mode and option, both ways: nothing goes in without a reason, and no reason outlives its permission.
 *
 * Names in angle brackets are resources of the template, without the digits that CDK appends.
 */
export interface Review {
  readonly who: string;
  /** @default 'Allow' */
  readonly effect?: 'Deny';
  readonly actions: readonly string[];
  readonly on: readonly string[];
  readonly when?: string;
  readonly why: string;
}

const BUCKET = '<StoreBucket.Arn>';
const OWN_BUCKET = 'arn:<AWS::Partition>:s3:::my-models';
/** A star in a model's name is a star, and nothing else. */
const STAR = ['$', '{*}'].join('');
const ODD_MODEL = `models/vin%20${STAR}n%C2%B0%20%7B3%7D%24`;
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000';
const API = 'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>';

const LOGS: readonly Review[] = [
  'EndpointFunction',
  'EndpointHttpJwtAuthorizerFunction',
  'RegistryEventsFunction',
].flatMap((name) => [
  {
    who: 'lambda.amazonaws.com',
    actions: ['sts:AssumeRole'],
    on: [`<${name}Role>`],
    why: 'a role of its own for each function',
  },
  {
    who: `${name}Role`,
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    on: [`<${name}Logs.Arn>`],
    why: 'writes its own log group, which the stack makes',
  },
]);

const SERVING: readonly Review[] = [
  {
    who: 'EndpointFunctionRole',
    actions: ['s3:GetObject'],
    on: [
      `${BUCKET}/registry/models/wine/*`,
      `${OWN_BUCKET}/registry/models/wine/*`,
      `${OWN_BUCKET}/a/b/models/wine/*`,
      `${BUCKET}/registry/${ODD_MODEL}/*`,
    ],
    why: 'reads pointers, manifests and files of the one model that it serves',
  },
  {
    who: 'EndpointFunctionRole',
    actions: ['s3:ListBucket'],
    on: [BUCKET, OWN_BUCKET],
    when: 'StringLike s3:prefix registry/models/wine/*',
    why: 'models:/<name>/latest is found by listing; and S3 tells what is missing from what is denied',
  },
  {
    who: 'EndpointFunctionRole',
    actions: ['s3:ListBucket'],
    on: [OWN_BUCKET],
    when: 'StringLike s3:prefix a/b/models/wine/*',
    why: 'the same, below another prefix',
  },
  {
    who: 'EndpointFunctionRole',
    actions: ['s3:ListBucket'],
    on: [BUCKET],
    when: `StringLike s3:prefix registry/${ODD_MODEL}/*`,
    why: 'the same, of another model',
  },
  {
    who: 'EndpointFunctionRole',
    actions: ['kms:Decrypt'],
    on: [KEY],
    why: 'reads objects that are encrypted with the key of the store',
  },
  {
    who: 'EndpointFunctionRole',
    actions: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    on: ['*'],
    why: 'Lambda places the function into a VPC with its role; what it makes there has no ARN before',
  },
  {
    who: 'EndpointFunctionRole',
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    on: ['*'],
    why: 'tracing, when it is on; X-Ray has no resources to name',
  },
];

const GATEWAY: readonly Review[] = [
  {
    who: 'apigateway.amazonaws.com',
    actions: ['lambda:InvokeFunction'],
    on: ['<EndpointFunctionAliaslive>'],
    when: `SourceArn ${API}:<EndpointHttpApi>/*/*/*`,
    why: 'this API calls the function, on every path',
  },
  {
    who: 'apigateway.amazonaws.com',
    actions: ['lambda:InvokeFunction'],
    on: ['<EndpointHttpJwtAuthorizerFunction.Arn>'],
    when: `SourceArn ${API}:<EndpointHttpApi>/authorizers/<EndpointHttpJwtAuthorizer>`,
    why: 'this API asks its authorizer',
  },
  {
    who: 'apigateway.amazonaws.com',
    actions: ['sts:AssumeRole'],
    on: ['<EndpointHttpAuthorizerRole>', '<ApiGatewayLogsRole>'],
    why: 'calls an authorizer of somebody else, and writes logs, in roles that may do just that',
  },
  {
    who: 'EndpointHttpAuthorizerRole',
    actions: ['lambda:InvokeFunction'],
    on: [
      'arn:aws:lambda:eu-central-1:123456789012:function:my-authorizer',
      'arn:aws:lambda:eu-central-1:123456789012:function:my-authorizer:live',
    ],
    why: 'asks the authorizer that endpoint.yaml names',
  },
  {
    who: 'ApiGatewayLogsRole',
    actions: ['everything in'],
    on: ['arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs'],
    why: 'API Gateway takes no role for its logs that may do less',
  },
  {
    who: 'arn:aws:iam::123456789012:role/path/caller',
    actions: ['execute-api:Invoke'],
    on: ['execute-api:/*'],
    why: 'listed in iam.allowedPrincipals',
  },
  {
    who: 'arn:aws:iam::210987654321:root',
    actions: ['execute-api:Invoke'],
    on: ['execute-api:/*'],
    why: 'listed in iam.allowedPrincipals',
  },
  {
    who: 'arn:aws:sts::123456789012:assumed-role/deploy/session',
    actions: ['execute-api:Invoke'],
    on: ['execute-api:/*'],
    why: 'listed in iam.allowedPrincipals',
  },
  {
    who: '*',
    effect: 'Deny',
    actions: ['execute-api:Invoke'],
    on: ['execute-api:/*'],
    when: 'ArnNotLike aws:PrincipalArn arn:aws:iam::123456789012:role/path/caller | arn:aws:iam::210987654321:root | arn:aws:iam::210987654321:* | arn:aws:iam::123456789012:role/deploy | arn:aws:iam::123456789012:role/*/deploy',
    why: 'iam.allowedPrincipals names all who may call',
  },
  {
    who: '*',
    effect: 'Deny',
    actions: ['execute-api:Invoke'],
    on: ['execute-api:/*'],
    when: 'ArnNotLike aws:PrincipalArn arn:aws:iam::210987654321:root | arn:aws:iam::210987654321:*, Null aws:PrincipalArn false',
    why: 'the same, when web pages may call, too: browsers that ask before show no principal',
  },
  {
    who: '*',
    actions: ['execute-api:Invoke'],
    on: ['execute-api:/beta/OPTIONS/*'],
    why: 'browsers ask before (CORS), without credentials; API Gateway answers that by itself',
  },
];

const STORE: readonly Review[] = [
  {
    who: '*',
    effect: 'Deny',
    actions: ['s3:*'],
    on: [BUCKET, `${BUCKET}/*`],
    when: 'Bool aws:SecureTransport false',
    why: 'TLS only',
  },
  {
    who: '*',
    effect: 'Deny',
    actions: ['s3:*'],
    on: [BUCKET, `${BUCKET}/*`],
    when: 'NumericLessThan s3:TlsVersion 1.2',
    why: 'TLS 1.2 or newer',
  },
  {
    who: 'CustomS3AutoDeleteObjectsCustomResourceProviderRole',
    actions: ['s3:DeleteObject*', 's3:GetBucket*', 's3:List*', 's3:PutBucketPolicy'],
    on: [BUCKET, `${BUCKET}/*`],
    why: 'store.onDestroy: delete empties the bucket before it is deleted; this is CDK’s own function',
  },
  {
    who: 'CustomS3AutoDeleteObjectsCustomResourceProviderRole',
    actions: ['everything in'],
    on: ['arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
    why: 'the log of CDK’s own function',
  },
  {
    who: 'lambda.amazonaws.com',
    actions: ['sts:AssumeRole'],
    on: ['<CustomS3AutoDeleteObjectsCustomResourceProviderRole>'],
    why: 'the role of CDK’s own function',
  },
];

const EVENTS: readonly Review[] = [
  {
    who: 'apigateway.amazonaws.com',
    actions: ['lambda:InvokeFunction'],
    on: ['<RegistryEventsFunction.Arn>'],
    when: `SourceArn ${API}:<RegistryEventsApi>/<RegistryEventsApiDeploymentStagev1>/POST/registry-events`,
    why: 'hands over webhooks',
  },
  {
    who: 'events.amazonaws.com',
    actions: ['lambda:InvokeFunction'],
    on: ['<RegistryEventsFunction.Arn>'],
    when: 'SourceArn <RegistryEventsReconcile.Arn>',
    why: 'compares aliases every few minutes, in case a webhook was lost',
  },
  {
    who: 'events.amazonaws.com',
    actions: ['sqs:SendMessage'],
    on: ['<RegistryEventsFailures.Arn>'],
    when: 'ArnEquals aws:SourceArn <RegistryEventsReconcile.Arn>',
    why: 'keeps a call that could not be made',
  },
  {
    who: '*',
    effect: 'Deny',
    actions: ['sqs:*'],
    on: ['<RegistryEventsFailures.Arn>'],
    when: 'Bool aws:SecureTransport false',
    why: 'TLS only',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    on: [`${BUCKET}/registry/models/wine/*`],
    why: 'publishes the one model that it follows, moves its pointers, clears what was given up',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['s3:GetObject'],
    on: ['arn:<AWS::Partition>:s3:::mlflow-artifacts/models/*'],
    why: 'fetches models that MLflow keeps in S3, where registry.artifacts says',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['s3:ListBucket'],
    on: ['arn:<AWS::Partition>:s3:::mlflow-artifacts'],
    when: 'StringLike s3:prefix models/*',
    why: 'MLflow names a folder of S3, and not the files in it',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    on: [`${BUCKET}/registry/events/*`],
    why: 'remembers which webhooks were worked off, and forgets them',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['s3:ListBucket'],
    on: [BUCKET],
    when: 'StringLike s3:prefix registry/models/wine/*',
    why: 'finds what is published already',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['s3:ListBucket'],
    on: [BUCKET],
    when: 'StringLike s3:prefix registry/events/*',
    why: 'finds the webhooks that can be forgotten',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    on: [KEY],
    why: 'writes objects that are encrypted with the key of the store; large ones come in parts',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['lambda:InvokeFunction'],
    on: ['<RegistryEventsFunction.Arn>'],
    why: 'answers a webhook at once, and goes on in a call of its own',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
    on: ['<RegistryEventsFailures.Arn>'],
    why: 'Lambda keeps what failed after all retries',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['secretsmanager:GetSecretValue'],
    on: [
      'arn:aws:secretsmanager:eu-central-1:123456789012:secret:mlflow-AbCdEf',
      'arn:aws:secretsmanager:eu-central-1:123456789012:secret:mlflow/token-??????',
    ],
    why: 'the secrets that endpoint.yaml names; AWS appends six characters to a name',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['ssm:GetParameter'],
    on: ['arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/mlflow/webhook-secret'],
    why: 'the parameter that endpoint.yaml names',
  },
  {
    who: 'RegistryEventsFunctionRole',
    actions: ['execute-api:Invoke'],
    on: ['arn:<AWS::Partition>:execute-api:eu-central-1:<AWS::AccountId>:abc123/*'],
    why: 'calls an MLflow server behind API Gateway with signed requests (registry.awsSigV4)',
  },
];

/** Both functions of batch: one works off the queue, the other what the state machine asks for. */
const SCORING: readonly Review[] = ['BatchFunction', 'BatchTaskFunction'].flatMap((name) => {
  const who = `${name}Role`;
  const files = 'arn:<AWS::Partition>:s3:::my-files';
  const results = 'arn:<AWS::Partition>:s3:::my-results';
  const key = (end: number) =>
    `arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-00000000000${end}`;
  return [
    {
      who: 'lambda.amazonaws.com',
      actions: ['sts:AssumeRole'],
      on: [`<${who}>`],
      why: 'a role of its own for each function',
    },
    {
      who,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      on: [`<${name}Logs.Arn>`],
      why: 'writes its own log group, which the stack makes',
    },
    {
      who,
      actions: ['s3:GetObject'],
      on: [`${BUCKET}/registry/models/wine/*`],
      why: 'reads pointers, manifests and files of the one model that it scores with',
    },
    {
      who,
      actions: ['s3:ListBucket'],
      on: [BUCKET],
      when: 'StringLike s3:prefix registry/models/wine/*',
      why: 'models:/<name>/latest is found by listing; and S3 tells what is missing from what is denied',
    },
    {
      who,
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      on: [`${files}/in/*`, `${files}/a/in/*`],
      why: 'reads the files that are to be scored, in the version that a message names',
    },
    ...['in', 'a/in'].map((prefix) => ({
      who,
      actions: ['s3:ListBucket'],
      on: [files],
      when: `StringLike s3:prefix ${prefix}/*`,
      why: 'finds the files below a prefix; and S3 tells what is missing from what is denied',
    })),
    {
      who,
      actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      on: [`${files}/out/*`, `${results}/out/*`],
      why: 'writes results, claims a job and gives it back, clears what a killed run left',
    },
    {
      who,
      actions: ['s3:ListBucket'],
      on: [files, results],
      when: 'StringLike s3:prefix out/*',
      why: 'S3 tells what is missing from what is denied: a job without a manifest is not done',
    },
    {
      who,
      actions: ['s3:ListBucketMultipartUploads'],
      on: [files, results],
      why: 'finds uploads that a killed run has begun; S3 knows no prefix for it',
    },
    {
      who,
      actions: ['kms:Decrypt'],
      on: [key(1), key(2)],
      why: 'reads files that are encrypted with a key; and S3 opens the data key of results again when it puts parts together',
    },
    {
      who,
      actions: ['kms:GenerateDataKey'],
      on: [key(2)],
      why: 'writes results that are encrypted with a key',
    },
    {
      who,
      actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
      on: ['*'],
      why: 'tracing, when it is on; X-Ray has no resources to name',
    },
    {
      who,
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
      ],
      on: ['*'],
      why: 'Lambda places the function into a VPC with its role; what it makes there has no ARN before',
    },
  ];
});

const EXECUTIONS = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution';

const BATCH: readonly Review[] = [
  {
    who: '*',
    effect: 'Deny',
    actions: ['sqs:*'],
    on: ['<BatchQueueFailures.Arn>', '<BatchQueueFiles.Arn>'],
    when: 'Bool aws:SecureTransport false',
    why: 'TLS only',
  },
  {
    who: 'events.amazonaws.com',
    actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
    on: ['<BatchQueueFiles.Arn>'],
    when: 'ArnEquals aws:SourceArn <BatchNewFiles.Arn>',
    why: 'tells of new files',
  },
  {
    who: 'events.amazonaws.com',
    actions: ['sqs:SendMessage'],
    on: ['<BatchQueueFailures.Arn>'],
    when: 'ArnEquals aws:SourceArn <BatchNewFiles.Arn>',
    why: 'keeps what could not be put into the queue',
  },
  {
    who: 's3.amazonaws.com',
    actions: ['sqs:SendMessage'],
    on: ['<BatchQueueFiles.Arn>'],
    when: 'ArnEquals aws:SourceArn arn:<AWS::Partition>:s3:::my-files, StringEquals aws:SourceAccount <AWS::AccountId>',
    why: 'batch.notify: s3: the bucket tells of new files itself',
  },
  {
    who: 'BatchFunctionRole',
    actions: [
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
    ],
    on: ['<BatchQueueFiles.Arn>'],
    why: 'Lambda takes messages from the queue with it; what failed comes again soon',
  },
  {
    who: 'BatchFunctionRole',
    actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
    on: ['<BatchQueueFailures.Arn>'],
    why: 'keeps files that cannot be scored as they are, with the reason',
  },
  {
    who: 'BatchFunctionRole',
    actions: ['states:StartExecution'],
    on: ['<BatchMachineRun>'],
    why: 'hands large files over',
  },
  {
    who: 'BatchFunctionRole',
    actions: ['states:DescribeExecution'],
    on: [`${EXECUTIONS}:<BatchMachineRun.Name>:*`],
    why: 'finds out whether a file is under way already',
  },
  {
    who: 'states.amazonaws.com',
    actions: ['sts:AssumeRole'],
    on: ['<BatchMachineRunRole>'],
    when: 'ArnLike aws:SourceArn arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:*, StringEquals aws:SourceAccount <AWS::AccountId>',
    why: 'the role of the state machine',
  },
  {
    who: 'BatchMachineRunRole',
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    on: ['*'],
    why: 'Step Functions delivers its log through CloudWatch’s deliveries, which have no ARN to name',
  },
  {
    who: 'BatchMachineRunRole',
    actions: [
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ],
    on: ['*'],
    why: 'tracing, when it is on; X-Ray has no resources to name',
  },
  {
    who: 'BatchMachineRunRole',
    actions: ['lambda:InvokeFunction'],
    on: ['<BatchTaskFunction.Arn>'],
    why: 'plans, scores and finishes with one function',
  },
  {
    who: 'BatchMachineRunRole',
    actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
    on: ['<BatchQueueFailures.Arn>'],
    why: 'keeps the message of a file whose run failed',
  },
  {
    who: 'BatchMachineRunRole',
    actions: [
      's3:AbortMultipartUpload',
      's3:GetObject',
      's3:ListMultipartUploadParts',
      's3:PutObject',
    ],
    on: [
      'arn:<AWS::Partition>:s3:::my-files/out/_runs/*',
      'arn:<AWS::Partition>:s3:::my-files/out/*/_runs/*',
      'arn:<AWS::Partition>:s3:::my-results/out/_runs/*',
      'arn:<AWS::Partition>:s3:::my-results/out/*/_runs/*',
    ],
    why: 'reads the plan of a run, and writes what its calls answered; batch -o may name a folder below the output',
  },
  ...['out/_runs/*', 'out/*/_runs/*'].map((keys) => ({
    who: 'BatchMachineRunRole',
    actions: ['s3:ListBucket'],
    on: ['arn:<AWS::Partition>:s3:::my-files', 'arn:<AWS::Partition>:s3:::my-results'],
    when: `StringLike s3:prefix ${keys}`,
    why: 'S3 tells what is missing from what is denied',
  })),
  {
    who: 'BatchMachineRunRole',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    on: ['arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000002'],
    why: 'plans and answers are encrypted with the key of the results',
  },
  {
    who: 'BatchMachineRunRole',
    actions: ['states:StartExecution'],
    on: ['<BatchMachineRun>'],
    why: 'a distributed map starts an execution of the same machine for each item',
  },
  {
    who: 'BatchMachineRunRole',
    actions: ['states:DescribeExecution', 'states:StopExecution'],
    on: [`${EXECUTIONS}:<BatchMachineRun.Name>:*`, `${EXECUTIONS}:<BatchMachineRun.Name>/Items:*`],
    why: 'AWS asks for it: a distributed map stops the items that are under way when too many failed',
  },
  {
    who: 'BatchMachineRunRole',
    actions: ['states:RedriveExecution'],
    on: [`${EXECUTIONS}:<BatchMachineRun.Name>/Items:*`],
    why: 'starts the items again that failed, when somebody redrives a run',
  },
];

export const IAM_REVIEW: readonly Review[] = [
  ...LOGS,
  ...SERVING,
  ...GATEWAY,
  ...STORE,
  ...EVENTS,
  ...SCORING,
  ...BATCH,
];
