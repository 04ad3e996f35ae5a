import { ServingError } from '../errors.ts';
import { type CredentialSource, createCredentialSource } from '../http-client/aws-credentials.ts';
import { findRegion } from '../http-client/aws-region.ts';
import { findHttpProblem } from '../http-client/http-problem.ts';
import type { Environment } from '../http-client/read-variable.ts';
import { createAwsJsonClient } from './aws-json-client.ts';
import { describeRefusal, placeOf } from './describe-aws-refusal.ts';
import type { FetchedSecret, FetchSecret, SecretStage } from './fetched-secret.ts';
import type { SecretReference } from './parse-secret-reference.ts';
import { secretText } from './secret-text.ts';

/** Labels that Secrets Manager moves when a secret is rotated. SSM has none. */
const LABELS: Readonly<Record<SecretStage, string>> = {
  current: 'AWSCURRENT',
  previous: 'AWSPREVIOUS',
};

/** `FetchSecret` of Secrets Manager and SSM. */
export function createAwsSecretFetcher(
  environment: Environment,
  credentials: CredentialSource = createCredentialSource(environment),
): FetchSecret {
  const client = createAwsJsonClient(environment, credentials);
  return async (reference, stage = 'current') => {
    const region = reference.region ?? findRegion(environment);
    const place = placeOf(reference, region);
    if (region === undefined) {
      throw invalid(
        `${place} cannot be looked up without a region; set AWS_REGION, or name it by its ARN`,
      );
    }
    let answer: Record<string, unknown>;
    try {
      answer = await client.call({ ...requestFor(reference, stage), region });
    } catch (error) {
      const problem = findHttpProblem(error);
      throw problem ? describeRefusal(reference, place, problem) : error;
    }
    return understand(answer, reference, place);
  };
}

const requestFor = ({ service, id }: SecretReference, stage: SecretStage) =>
  service === 'ssm'
    ? { service, target: 'AmazonSSM.GetParameter', json: { Name: id, WithDecryption: true } }
    : {
        service,
        target: 'secretsmanager.GetSecretValue',
        json: { SecretId: id, VersionStage: LABELS[stage] },
      };

function understand(
  answer: Readonly<Record<string, unknown>>,
  { service, key }: SecretReference,
  place: string,
): FetchedSecret {
  const parameter = answer['Parameter'] as Record<string, unknown> | undefined;
  const text = service === 'ssm' ? parameter?.['Value'] : answer['SecretString'];
  if (typeof text !== 'string') {
    throw invalid(`${place} is binary; expected a text, written with --secret-string`);
  }
  const value = secretText(text, key, place);
  const seconds = answer['CreatedDate'];
  return { value, ...(typeof seconds === 'number' && { createdAtMs: seconds * 1000 }) };
}

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
