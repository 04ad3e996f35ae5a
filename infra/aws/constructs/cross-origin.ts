import { Duration } from 'aws-cdk-lib';
import type { CorsOptions } from 'aws-cdk-lib/aws-apigateway';
import type { EndpointAuth } from './endpoint-auth.ts';

export interface CrossOriginOptions {
  /** Pages of these origins may call from a browser; `'*'`: any. */
  readonly origins: string[];

  /** @default none - headers that a page may send, beside those the endpoint needs */
  readonly headers?: string[];
}

/** What browsers may send; `authorization` and the rest are how callers show who they are. */
const ALLOWED_HEADERS = [
  'accept',
  'authorization',
  'content-encoding',
  'content-type',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-api-key',
];

/** What API Gateway answers when a browser asks first. */
export const preflightOptions = (
  { origins, headers = [] }: CrossOriginOptions,
  auth: EndpointAuth,
): CorsOptions => ({
  allowOrigins: origins,
  allowMethods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
  allowHeaders: [...new Set([...ALLOWED_HEADERS, ...identityHeader(auth), ...headers])],
  exposeHeaders: ['x-mlflow-model-name', 'x-mlflow-model-version'],
  maxAge: Duration.hours(1),
});

/** An authorizer of somebody else may look at a header of its own. */
function identityHeader(auth: EndpointAuth): string[] {
  const name = auth === 'none' ? undefined : auth.lambda?.identityHeader;
  return name === undefined ? [] : [name.toLowerCase()];
}

/** API Gateway's own answers have room for one value, and nothing in them is anybody's. */
export const allowedOrigin = ({ origins }: CrossOriginOptions): string =>
  origins.length === 1 ? (origins[0] as string) : '*';
