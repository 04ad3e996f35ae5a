import { z } from 'zod';

/** What `endpoint.yaml` may say. JSON Schema, types and checks all come from here. */

/**
 * Where a secret is kept: Secrets Manager (an ARN or a name, and a key of it when it holds JSON) or
 * an SSM parameter. The secret itself stands nowhere in an endpoint file.
 */
const secretReference = z
  .union([
    z.strictObject({
      secretArn: z
        .string()
        .regex(
          /^arn:[a-z-]+:secretsmanager:[^:]+:\d{12}:secret:.+$/,
          'expected the ARN of a secret',
        )
        .describe('ARN of a secret in AWS Secrets Manager'),
      key: z.string().min(1).optional().describe('Key within the secret, when it holds JSON'),
    }),
    z.strictObject({
      ssmParameter: z
        .string()
        .regex(/^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/, 'expected the name of a parameter')
        .describe('Name of an SSM SecureString parameter'),
    }),
  ])
  .describe('Where a secret is kept; never the secret itself');

const count = z.int().min(1);
const seconds = z.number().positive();
const arn = (service: string) =>
  z.string().regex(new RegExp(`^arn:[a-z-]+:${service}:`), `expected an ARN of ${service}`);

const store = z
  .strictObject({
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')
      .optional()
      .describe('An existing bucket. Without it the stack makes one'),
    prefix: z
      .string()
      .regex(
        /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
        'expected a prefix without slashes at its ends',
      )
      .default('registry')
      .describe('Folder of the published registry in the bucket'),
    kmsKeyArn: arn('kms').optional().describe('Encrypt with this key instead of S3’s own'),
    onDestroy: z
      .enum(['retain', 'delete'])
      .default('retain')
      .describe('What becomes of the models when the stack is destroyed'),
    noncurrentDays: count
      .default(90)
      .describe('Overwritten and deleted objects are kept this long'),
  })
  .describe('Where published models are');

const registry = z
  .strictObject({
    uri: z.url({ protocol: /^https?$/ }).describe('The MLflow tracking server'),
    username: secretReference.optional(),
    password: secretReference.optional(),
    token: secretReference.optional(),
    awsSigV4: z.boolean().default(false).describe('Sign requests with the role (execute-api)'),
    workspace: z.string().min(1).optional(),
  })
  .describe('The MLflow server that models are published from');

const schedule = z.strictObject({
  cron: z
    .string()
    .regex(/^(\S+ ){5}\S+$/, 'expected six fields: minute hour day month weekday year')
    .describe('UTC, in AWS’s six fields, for example "0 7 ? * MON-FRI *"'),
  min: z.int().min(0),
  max: z.int().min(0),
});

const lambda = z
  .strictObject({
    memoryMiB: z.int().min(128).max(10_240).default(1769).describe('1769 is one full vCPU'),
    timeoutSeconds: z.int().min(1).max(900).default(29),
    architecture: z.enum(['x64', 'arm64']).default('x64'),
    ephemeralStorageMiB: z.int().min(512).max(10_240).default(512).describe('Size of /tmp'),
    reservedConcurrency: z.int().min(0).optional(),
    provisionedConcurrency: z
      .strictObject({
        min: count,
        max: count,
        targetUtilization: z.number().min(0.1).max(0.9).default(0.7),
        schedules: z.array(schedule).default([]),
      })
      .optional()
      .describe('Instances kept warm; they cost money while idle'),
    logRetentionDays: z
      .union(
        [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827].map((days) =>
          z.literal(days),
        ),
      )
      .default(30),
    logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    vpc: z
      .strictObject({
        vpcId: z.string().regex(/^vpc-[0-9a-f]+$/, 'expected vpc-…'),
        subnetIds: z.array(z.string().regex(/^subnet-[0-9a-f]+$/, 'expected subnet-…')).min(1),
        securityGroupIds: z.array(z.string().regex(/^sg-[0-9a-f]+$/, 'expected sg-…')).min(1),
      })
      .optional(),
  })
  .describe('The function');

const limits = z
  .strictObject({
    maxBodyBytes: z
      .int()
      .min(1)
      .max(6 * 2 ** 20)
      .default(6 * 2 ** 20)
      .describe('A larger request body is answered with 413; Lambda takes 6 MiB'),
    maxRows: count.default(1_000_000),
    requestTimeoutSeconds: seconds.max(29).default(28).describe('API Gateway gives up after 29 s'),
  })
  .describe('What a request may be');

const refresh = z
  .strictObject({
    mode: z
      .enum(['poll', 'push'])
      .default('poll')
      .describe('push: a request never gets an alias older than the floor'),
    ttlSeconds: seconds.default(30).describe('poll: an alias is believed this long'),
    floorSeconds: seconds.default(0.5).describe('push: the alias is asked for at most this often'),
  })
  .describe('How a moved alias is noticed');

const auth = z
  .union([
    z.literal('none'),
    z.strictObject({
      apiKey: z
        .union([
          z.literal(true),
          z.strictObject({
            requestsPerSecond: z.number().positive().default(50),
            burst: count.default(100),
            quota: z
              .strictObject({ requests: count, per: z.enum(['day', 'week', 'month']) })
              .optional(),
          }),
        ])
        .optional()
        .describe('A key in the header x-api-key, with a usage plan'),
      iam: z
        .union([
          z.literal(true),
          z.strictObject({
            allowedPrincipals: z
              .array(arn('(iam|sts)'))
              .min(1)
              .describe('Other accounts’ roles too'),
          }),
        ])
        .optional()
        .describe('Requests signed with AWS credentials (SigV4)'),
      cognito: z
        .strictObject({
          userPoolArn: arn('cognito-idp'),
          scopes: z.array(z.string().min(1)).default([]),
        })
        .optional(),
      jwt: z
        .strictObject({
          issuer: z.url({ protocol: /^https$/ }).describe('Exactly as the claim iss says it'),
          audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
          scopes: z.array(z.string().min(1)).default([]),
          jwksUri: z
            .url({ protocol: /^https$/ })
            .optional()
            .describe('Default: asked of the issuer (/.well-known/openid-configuration)'),
          cacheSeconds: z.int().min(0).max(3600).default(300),
        })
        .optional()
        .describe('Tokens of any OpenID Connect issuer'),
      lambda: z
        .strictObject({
          functionArn: arn('lambda'),
          identityHeader: z.string().min(1).default('Authorization'),
          cacheSeconds: z.int().min(0).max(3600).default(300),
        })
        .optional()
        .describe('Your own Lambda authorizer'),
    }),
  ])
  .describe('Who may call; "none" must be asked for by name');

const api = z
  .strictObject({
    stage: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,128}$/, 'expected letters and digits')
      .default('v1'),
    throttle: z
      .strictObject({ requestsPerSecond: z.number().positive(), burst: count })
      .optional()
      .describe('For all callers together'),
    cors: z
      .strictObject({
        origins: z.array(z.string().min(1)).min(1),
        headers: z.array(z.string().min(1)).default([]),
      })
      .optional(),
    accessLogs: z.boolean().default(true),
    domain: z
      .strictObject({
        name: z.string().regex(/^[a-z0-9*.-]+\.[a-z]{2,}$/, 'expected a host name'),
        certificateArn: arn('acm'),
        hostedZoneId: z.string().min(1).optional().describe('Route 53 zone to make the record in'),
        mutualTls: z
          .strictObject({
            truststoreUri: z
              .string()
              .regex(/^s3:\/\/[^/]+\/.+$/, 'expected s3://bucket/key of a PEM file'),
            truststoreVersion: z.string().min(1).optional(),
          })
          .optional()
          .describe('Clients must show a certificate of these authorities'),
      })
      .optional(),
    waf: z
      .strictObject({
        managedRules: z.boolean().default(true).describe('AWS’s common rule sets'),
        requestsPer5MinutesPerIp: z.int().min(10).optional(),
      })
      .optional(),
  })
  .describe('API Gateway');

const events = z
  .strictObject({
    webhookSecret: secretReference,
    publishOn: z
      .array(z.enum(['alias', 'version', 'tag']))
      .default(['alias'])
      .describe(
        'alias: when one is set; version: every new one; tag: mlflow-serverless.publish=true',
      ),
    aliases: z
      .array(z.string().min(1))
      .optional()
      .describe('Follow only these aliases. Default: all'),
  })
  .describe('MLflow’s registry webhooks: the alias moves in MLflow, and the endpoint follows');

export const endpointSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected up to 40 lower-case letters, digits and "-"')
      .describe('Names the stack and what is in it'),
    model: z
      .string()
      .regex(/^models:\/./, 'expected models:/<name>@<alias> or models:/<name>/<version>')
      .describe('For example models:/wine@champion'),
    auth,
    store: store.prefault({}),
    registry: registry.optional(),
    lambda: lambda.prefault({}),
    limits: limits.prefault({}),
    refresh: refresh.prefault({}),
    api: api.prefault({}),
    events: events.optional(),
    tags: z.record(z.string(), z.string()).default({}).describe('Tags of every AWS resource'),
  })
  .describe('An endpoint of mlflow-serverless');

/** An endpoint file with every default filled in. */
export type EndpointFile = z.output<typeof endpointSchema>;

/** The same as somebody writes it. */
export type EndpointFileInput = z.input<typeof endpointSchema>;

/** Where a secret is kept. */
export type SecretReference = z.output<typeof secretReference>;
