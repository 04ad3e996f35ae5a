import { type ErrorClass, type ErrorCode, ServingError, STATUS_BY_CODE } from '../../errors.ts';
import type { RawAnswer } from '../predictor.ts';
import type { Frame } from './frames.ts';

/**
 * What the worker answered.
 *
 * @throws {ServingError} with MLflow's own code and class when the answer is an error
 */
export function readAnswer({ head, body }: Frame): RawAnswer {
  const { status, rows } = head;
  if (status === 200) return { text: body.toString('utf8'), rows: Number(rows ?? 0) };
  const message = String(head['message'] ?? 'the model could not answer');
  const errorClass = CLASSES.find((name) => name === head['class']);
  throw new ServingError(codeFor(head['code']), message, { ...(errorClass && { errorClass }) });
}

const CLASSES: readonly ErrorClass[] = [
  'INVALID_PARAMETER_VALUE',
  'SCHEMA_ENFORCEMENT_FAILED',
  'CLIENT_INTERNAL_ERROR',
  'RESOURCE_NOT_FOUND',
  'PERMISSION_DENIED',
];

/** A model may raise any of MLflow's codes; one without a status of its own is a 500 there, too. */
const codeFor = (code: unknown): ErrorCode =>
  typeof code === 'string' && Object.hasOwn(STATUS_BY_CODE, code)
    ? (code as ErrorCode)
    : 'INTERNAL_ERROR';
