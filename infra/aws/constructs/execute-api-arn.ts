import { ArnFormat, type Stack } from 'aws-cdk-lib';

/**
 * Everything of the API Gateway API at an address.
 *
 * @throws {Error} for an address of your own: which API is behind it cannot be seen
 */
export function executeApiArn(stack: Stack, uri: string): string {
  const match = /^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(uri).host);
  if (!match) {
    throw new Error(
      `registry: awsSigV4 needs an address such as https://<id>.execute-api.<region>.amazonaws.com/<stage>, got ${uri}`,
    );
  }
  const [, id, region] = match;
  return stack.formatArn({
    service: 'execute-api',
    region,
    resource: id as string,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    resourceName: '*',
  });
}
