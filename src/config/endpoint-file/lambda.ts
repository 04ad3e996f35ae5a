import { z } from 'zod';
import { alternatives, between, flag, list, oneOf, section, text, wholeNumber } from './fields.ts';

/** What CloudWatch Logs offers; days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

const schedule = section({
  cron: text(
    'six fields, minute hour day month weekday year, with ? for day or for weekday: "0 7 ? * MON-FRI *"',
    /^\S+ \S+ (\? \S+ \S+|\S+ \S+ \?) \S+$/,
  ).describe('UTC, in AWS’s six fields, for example "0 7 ? * MON-FRI *"'),
  min: wholeNumber(0).describe('Instances kept warm at least, from then on'),
  max: wholeNumber(0).describe('Instances kept warm at most, from then on'),
});

const provisionedConcurrency = section({
  min: wholeNumber(1).describe('Instances kept warm at least'),
  max: wholeNumber(1).describe('Instances kept warm at most'),
  targetUtilization: between(0.1, 0.9)
    .default(0.7)
    .describe('More are started when this share of them is busy'),
  schedules: z
    .array(schedule, { error: 'expected a list of schedules, each with cron, min and max' })
    .default([])
    .describe('Other bounds from a time on, for example in office hours'),
}).describe('Instances kept warm; they cost money while idle');

const vpc = section({
  vpcId: text('the id of a VPC, vpc-…', /^vpc-[0-9a-f]+$/),
  subnetIds: list(
    text('the id of a subnet, subnet-…', /^subnet-[0-9a-f]+$/),
    'subnets, subnet-…',
    16,
  ).describe('Private subnets; S3 must be reachable from them (gateway endpoint or NAT)'),
  securityGroupIds: list(
    text('the id of a security group, sg-…', /^sg-[0-9a-f]+$/),
    'security groups, sg-…',
    5,
  ),
}).describe('Run inside a VPC, for example to reach a private MLflow server');

export const lambda = section({
  memoryMiB: wholeNumber(128, 10_240)
    .default(1769)
    .describe('Processor time grows with it: 1769 is one full vCPU'),
  timeoutSeconds: wholeNumber(1, 900)
    .default(29)
    .describe('Must not be shorter than limits.requestTimeoutSeconds'),
  architecture: oneOf(['x64', 'arm64'])
    .default('x64')
    .describe('arm64 is cheaper; try your model on it first, ONNX Runtime is better proven on x64'),
  ephemeralStorageMiB: wholeNumber(512, 10_240)
    .default(512)
    .describe('Size of /tmp: the model’s files must fit into it'),
  reservedConcurrency: wholeNumber(0)
    .optional()
    .describe('At most this many instances, kept free for this function; 0 switches it off'),
  provisionedConcurrency: provisionedConcurrency.optional(),
  logRetentionDays: z
    .literal(RETENTION_DAYS, { error: `expected ${alternatives(RETENTION_DAYS)}` })
    .default(30)
    .describe('Logs are deleted after this'),
  logLevel: oneOf(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('debug logs every request; payloads are never logged'),
  tracing: flag().default(false).describe('Trace with AWS X-Ray, in API Gateway too'),
  vpc: vpc.optional(),
}).describe('The function');
