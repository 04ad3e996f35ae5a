import { sdkOptions } from './sdk-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `https://sqs.<region>.amazonaws.com/…`, also of China, FIPS and VPC endpoints. */
const REGION = /^https:\/\/(?:[\w-]+\.)*sqs(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\./;

/**
 * What a client of one queue is made with: the region is that of the queue's URL, where it names one, since a signature is of one region.
 *
 * @param environment see `sdkOptions`; `AWS_ENDPOINT_URL_SQS` names another server
 * @throws {ServingError} INVALID_PARAMETER_VALUE when nothing names a region
 */
export function queueOptions(queueUrl: string, environment: Environment) {
  const [, region] = REGION.exec(queueUrl) ?? [];
  return sdkOptions(region === undefined ? environment : { ...environment, AWS_REGION: region });
}
