import { type ErrorCode, ServingError } from '../errors.ts';
import type { HttpProblem } from '../http-client/http-problem.ts';
import type { SecretReference } from './parse-secret-reference.ts';

/** `secret "mlflow" (Secrets Manager, eu-central-1)`: without the account that an ARN names. */
export function placeOf({ service, id }: SecretReference, region: string | undefined): string {
  const name = id.replace(/^arn:.*:(?:secret:|parameter)/, '');
  const [what, where] = service === 'ssm' ? ['parameter', 'SSM'] : ['secret', 'Secrets Manager'];
  return `${what} "${name}" (${region === undefined ? where : `${where}, ${region}`})`;
}

/**
 * Why a secret could not be read, and what to do.
 *
 * The service's own message stays in the cause: it names accounts and roles.
 */
export function describeRefusal(
  reference: SecretReference,
  place: string,
  problem: HttpProblem,
): ServingError {
  const [code, text] = meaningOf(reference, problem);
  const type = problem.details.errorCode;
  const message = `${place} ${text}${type === undefined ? '' : ` (${type})`}`;
  return new ServingError(code, message, { cause: problem });
}

function meaningOf(
  { service }: SecretReference,
  { kind, message, details }: HttpProblem,
): [ErrorCode, string] {
  const { errorCode = '', serverMessage = '' } = details;
  const action = service === 'ssm' ? 'ssm:GetParameter' : 'secretsmanager:GetSecretValue';
  const isAboutKey = /kms|decrypt/i.test(`${errorCode} ${serverMessage}`);
  if (kind === 'denied' && isAboutKey) {
    return ['PERMISSION_DENIED', 'may not be decrypted; the role needs kms:Decrypt on its key'];
  }
  if (kind === 'denied') {
    return ['PERMISSION_DENIED', `may not be read; the role needs ${action} on it`];
  }
  if (kind === 'not-found') {
    return ['INVALID_PARAMETER_VALUE', 'does not exist; are name, account and region right?'];
  }
  if (kind === 'unauthenticated') {
    return ['UNAUTHENTICATED', `cannot be read: ${afterHost(message)}`];
  }
  if (isAboutKey) {
    return ['TEMPORARILY_UNAVAILABLE', 'cannot be decrypted; is its key disabled or deleted?'];
  }
  if (errorCode === 'InvalidRequestException') {
    return ['INVALID_PARAMETER_VALUE', 'cannot be read; is it marked for deletion?'];
  }
  if (kind === 'rejected') {
    return ['INVALID_PARAMETER_VALUE', 'cannot be read; are its name and region right?'];
  }
  return ['TEMPORARILY_UNAVAILABLE', `cannot be read: ${message.replace(/ \(\w+\)$/, '')}`];
}

/** `host refuses … (Type)` → `the service refuses …` */
const afterHost = (message: string): string =>
  message.replace(/^\S+/, 'the service').replace(/ \(\w+\)$/, '');
