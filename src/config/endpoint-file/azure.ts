import { z } from 'zod';
import { batchFields, maxParallelParts } from './batch-fields.ts';
import { list, section, text, wholeNumber } from './fields.ts';

const guid = (what: string) =>
  text(
    `${what}, 00000000-0000-0000-0000-000000000000`,
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  );

const EMAIL = /^[^@\s]+@[^@\s]+$/;

const container = text(
  'the name of a container: 3 to 63 lower-case letters, digits and "-"',
  /^[a-z0-9](-?[a-z0-9]){2,62}$/,
);

const entra = section({
  tenantId: guid('the tenant'),
  clientId: guid('the application that tokens are for'),
  roles: list(text('the value of an app role'), 'app roles')
    .optional()
    .describe('One of them must be in the claim roles. Default: whoever has a token'),
  allowedApplications: list(guid('an application that may call'), 'applications')
    .optional()
    .describe('Tokens must be of one of these. Default: of any application of the tenant'),
}).describe('Sign-in by Entra ID, checked by the platform (Easy Auth) before a function is called');

const azureBatch = section({
  input: container.default('batch-input').describe('Files that are put here are scored'),
  output: container.default('batch-output').describe('Where results go'),
  ...batchFields,
  maxParallelParts: maxParallelParts(1_000),
  alarmEmail: text('an e-mail address', EMAIL)
    .optional()
    .describe(
      'Told when a file cannot be scored, or its event was lost; the rules cost money each month. Default: nobody is',
    ),
}).describe('Files put into a container are scored');

const apiManagement = section({
  publisherEmail: text('an e-mail address', EMAIL).describe('Azure writes there about the service'),
  requestsPerMinute: wholeNumber(1)
    .default(600)
    .describe('Of one key; a further request is answered with 429'),
}).describe('API Management in front, which limits rates; its keys go into x-api-key');

/** What only `mlflow-serverless deploy azure` reads; everything else of the file means the same on both clouds. */
export const azure = section({
  location: text('the name of a region, for example westeurope', /^[a-z0-9]+$/)
    .optional()
    .describe('Default: the resource group’s'),
  memoryMiB: z
    .union([z.literal(512), z.literal(2048), z.literal(4096)], {
      error: 'expected 512, 2048 or 4096, which is what Flex Consumption has',
    })
    .default(2048)
    .describe('Of an instance'),
  // Once 40 was the least. @see https://learn.microsoft.com/en-us/azure/azure-functions/event-driven-scaling#limit-scale-out
  maxInstances: wholeNumber(1, 1000)
    .default(100)
    .describe(
      'At most so many instances that come and go, of each group: requests, files, runs; the subscription’s quota of memory may end it sooner',
    ),
  alwaysReady: wholeNumber(0, 1000)
    .default(0)
    .describe('Instances that are never stopped: no cold starts; costs money while idle'),
  requestsPerInstance: wholeNumber(1, 1000)
    .default(64)
    .describe('What one instance gets at once; more instances come for more'),
  logRetentionDays: wholeNumber(30, 730).default(30),
  subnetId: text(
    'the id of a subnet, /subscriptions/…/virtualNetworks/<name>/subnets/<name>',
    /^\/subscriptions\/[^/\s]+\/resourceGroups\/[^/\s]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/\s]+\/subnets\/[^/\s]+$/i,
  )
    .optional()
    .describe(
      'Of an existing network, through which the function app reaches others; delegated to Microsoft.App/environments',
    ),
  entra: entra.optional(),
  apiManagement: apiManagement.optional(),
  batch: azureBatch.optional(),
}).describe('What is Azure’s own; for `mlflow-serverless deploy azure`');
