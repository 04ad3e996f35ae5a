import { z } from 'zod';
import { arn, flag, list, positive, section, text, wholeNumber } from './fields.ts';

const cors = section({
  origins: list(
    text(
      'an origin such as https://app.example.com, or "*"',
      /^(\*|https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?)$/,
    ),
    'origins such as https://app.example.com',
  ).describe('Pages of these origins may call from a browser; "*": any'),
  headers: z
    .array(text('the name of a header', /^[A-Za-z0-9-]+$/), { error: 'expected a list of headers' })
    .default([])
    .describe('Headers a page may send, beside those the endpoint needs'),
}).describe('Calls from web pages');

const mutualTls = section({
  truststoreUri: text('s3://bucket/key of a PEM file', /^s3:\/\/[^/\s]+\/\S+$/).describe(
    'PEM file of the authorities, in a bucket of the stack’s region',
  ),
  truststoreVersion: text('the version of an object').optional(),
}).describe('Clients must show a certificate of these authorities');

const domain = section({
  name: text(
    'a host name such as wine.example.com',
    /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
  ),
  certificateArn: arn(
    'acm:[a-z0-9-]+:\\d{12}:certificate/[0-9a-z-]+',
    'arn:aws:acm:eu-central-1:123456789012:certificate/…',
  ).describe('In the stack’s region'),
  hostedZoneId: text('the id of a hosted zone, Z…', /^Z[A-Z0-9]+$/)
    .optional()
    .describe('Route 53 zone to make the record in'),
  mutualTls: mutualTls.optional(),
}).describe('A host name of your own; AWS’s own one is switched off');

const waf = section({
  managedRules: flag().default(true).describe('AWS’s common rule sets'),
  requestsPer5MinutesPerIp: wholeNumber(10, 2_000_000_000)
    .optional()
    .describe('An address that sends more is blocked for a while'),
}).describe('A web application firewall; costs money while idle');

export const api = section({
  stage: text('up to 128 letters, digits, "-" and "_"', /^[A-Za-z0-9_-]{1,128}$/)
    .default('v1')
    .describe('First part of the path'),
  throttle: section({
    requestsPerSecond: positive(),
    burst: wholeNumber(1).describe('Requests at one moment beyond the rate'),
  })
    .optional()
    .describe('For all callers together'),
  cors: cors.optional(),
  accessLogs: flag().default(true).describe('One line per request in CloudWatch Logs'),
  domain: domain.optional(),
  waf: waf.optional(),
}).describe('API Gateway');
