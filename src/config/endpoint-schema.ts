import { z } from 'zod';
import { api } from './endpoint-file/api.ts';
import { auth } from './endpoint-file/auth.ts';
import { azure } from './endpoint-file/azure.ts';
import { batch } from './endpoint-file/batch.ts';
import {
  arn,
  flag,
  list,
  oneOf,
  positive,
  section,
  text,
  webAddress,
  wholeNumber,
} from './endpoint-file/fields.ts';
import { lambda } from './endpoint-file/lambda.ts';
import { python } from './endpoint-file/python.ts';
import { secretReference } from './endpoint-file/secret-reference.ts';

/** What `endpoint.yaml` may say. JSON Schema, types and checks all come from here. */

const store = section({
  bucket: text(
    'the name of a bucket: 3 to 63 lower-case letters, digits, "." and "-"',
    /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  )
    .optional()
    .describe('An existing bucket. Without it the stack makes one'),
  prefix: text(
    'a folder without slashes at its ends, for example registry',
    /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
  )
    .default('registry')
    .describe('Folder of the published registry in the bucket'),
  kmsKeyArn: arn(
    'kms:[a-z0-9-]+:\\d{12}:key/[0-9a-z-]+',
    'arn:aws:kms:eu-central-1:123456789012:key/…',
  )
    .optional()
    .describe('Encrypt with this key instead of S3’s own; of an existing bucket: the key it uses'),
  onDestroy: oneOf(['retain', 'delete'])
    .default('retain')
    .describe('What becomes of the models when the stack is destroyed'),
  noncurrentDays: wholeNumber(1)
    .default(90)
    .describe('Overwritten and deleted objects are kept this long'),
}).describe('Where published models are');

const registry = section({
  uri: webAddress(
    ['http', 'https'],
    'the address of an MLflow server, http://… or https://…',
  ).describe('The MLflow tracking server'),
  username: secretReference.optional(),
  password: secretReference.optional(),
  token: secretReference.optional(),
  awsSigV4: flag().default(false).describe('Sign requests with the role (execute-api)'),
  workspace: text('the name of a workspace').optional(),
  artifacts: text(
    's3://bucket or s3://bucket/prefix',
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9!_.*'()-]+)*\/?$/,
  )
    .optional()
    .describe('Where the server keeps models, if it hands out s3: addresses instead of the files'),
}).describe('The MLflow server that models are published from');

const limits = section({
  maxBodyBytes: wholeNumber(1, 6 * 2 ** 20)
    .default(6 * 2 ** 20)
    .describe(
      'A larger request body is answered with 413; Lambda takes 6 MiB, of binary bodies 4.5 MiB',
    ),
  maxRows: wholeNumber(1)
    .default(1_000_000)
    .describe('A request with more rows is answered with 413'),
  requestTimeoutSeconds: positive(29)
    .default(28)
    .describe('A request that takes longer is answered with 504; API Gateway gives up after 29 s'),
}).describe('What a request may be');

const refreshMode = oneOf(['poll', 'push']).describe(
  'push: a request never gets an alias older than the floor',
);

const refreshSettings = section({
  mode: refreshMode.default('poll'),
  ttlSeconds: positive().default(30).describe('poll: an alias is believed this long'),
  floorSeconds: positive().default(0.5).describe('push: the alias is asked for at most this often'),
});

/** A mode alone stands for its defaults. */
const refresh = z
  .union(
    [refreshSettings, refreshMode.transform((mode) => refreshSettings.parse({ mode }))],
    'expected poll, push or a mapping with mode',
  )
  .describe('How a moved alias is noticed');

const events = section({
  webhookSecret: secretReference,
  publishOn: list(oneOf(['alias', 'version', 'tag']), 'alias, version and tag')
    .default(['alias'])
    .describe(
      'alias: when one is set; version: every new one; tag: mlflow-serverless.publish=true',
    ),
  aliases: list(text('the name of an alias'), 'aliases')
    .optional()
    .describe('Follow only these aliases. Default: all'),
}).describe('MLflow’s registry webhooks: the alias moves in MLflow, and the endpoint follows');

/** IAM takes the fewest characters. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
const tags = z
  .record(
    text(
      'a tag of up to 128 letters, digits, blanks and _ . : / = + - @ that does not begin with aws:',
      /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/iu,
    ),
    text(
      'a text of up to 256 letters, digits, blanks and _ . : / = + - @',
      /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u,
    ),
    { error: 'expected a mapping of names to texts' },
  )
  .default({})
  .describe('Tags of every AWS resource');

export const endpointSchema = section({
  $schema: text('an address').optional(),
  name: text(
    'up to 40 lower-case letters, digits and "-", a letter first',
    /^[a-z][a-z0-9-]{0,39}$/,
  ).describe('Names the stack and what is in it'),
  model: text(
    'models:/<name>@<alias>, models:/<name>/<version> or models:/<name>/<stage>',
    /^models:\/[^/:@\s][^/:@]*[@/][^/:@\s]+$/,
  ).describe('For example models:/wine@champion'),
  auth,
  store: store.prefault({}),
  registry: registry.optional(),
  lambda: lambda.prefault({}),
  runtime: oneOf(['auto', 'node', 'python'])
    .default('auto')
    .describe(
      'auto: ONNX Runtime for ONNX models, for others Python, if they are trusted; node: never Python; python: always Python',
    ),
  python: python.prefault({}),
  limits: limits.prefault({}),
  refresh: refresh.prefault({}),
  api: api.prefault({}),
  events: events.optional(),
  batch: batch.optional(),
  azure: azure.prefault({}),
  tags,
}).describe('An endpoint of mlflow-serverless');

/** An endpoint file with every default filled in. */
export type EndpointFile = z.output<typeof endpointSchema>;

/** The same as somebody writes it. */
export type EndpointFileInput = z.input<typeof endpointSchema>;

/** Where a secret is kept. */
export type SecretReference = z.output<typeof secretReference>;
