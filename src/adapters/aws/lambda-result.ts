import type { ALBResult, APIGatewayProxyResult } from 'aws-lambda';
import { ServingError } from '../../errors.ts';
import { errorResponse } from '../../http/error-response.ts';
import type { HttpResponse } from '../../http/http-message.ts';
import { isLoadBalancer, isVersion2, type LambdaHttpEvent } from './lambda-events.ts';

export type LambdaResult = APIGatewayProxyResult | ALBResult;

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, 6 MB of payload */
const FUNCTION_MAX_RESULT_BYTES = 6 * 2 ** 20;
/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html */
const LOAD_BALANCER_MAX_RESULT_BYTES = 2 ** 20;
/** Room for status and headers in the result; bytes. */
const ENVELOPE_BYTES = 2_000;

/** A load balancer wants the reason phrase too. @see RFC 9110, section 15 */
const REASON_BY_STATUS: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Write an answer in the form that the sender of the event understands. */
export function resultFor(
  event: LambdaHttpEvent,
  method: string,
  answer: HttpResponse,
): LambdaResult {
  const isFromLoadBalancer = !isVersion2(event) && isLoadBalancer(event);
  const limit = isFromLoadBalancer ? LOAD_BALANCER_MAX_RESULT_BYTES : FUNCTION_MAX_RESULT_BYTES;
  const { status, headers, body } = fitting(answer, limit);
  const result = {
    statusCode: status,
    headers,
    body: method === 'HEAD' ? '' : body,
    isBase64Encoded: false,
  };
  if (!isFromLoadBalancer) return result;
  const statusDescription = `${status} ${REASON_BY_STATUS[status] ?? 'Unknown'}`;
  return event.multiValueHeaders
    ? { ...result, statusDescription, headers: undefined, multiValueHeaders: listed(headers) }
    : { ...result, statusDescription };
}

/** The answer, or a 413 in its place: the platform would turn a too large one into a bare 502. */
function fitting(answer: HttpResponse, limitBytes: number): HttpResponse {
  const room = limitBytes - ENVELOPE_BYTES;
  // A character takes 1 to 6 bytes of the result; only a long body is worth counting.
  if (answer.body.length * 6 <= room) return answer;
  const sizeBytes = Buffer.byteLength(JSON.stringify(answer.body));
  if (sizeBytes <= room) return answer;
  return errorResponse(
    new ServingError(
      'REQUEST_TOO_LARGE',
      `the answer takes ${sizeBytes} bytes; this platform passes at most ${room}: send fewer rows at once`,
    ),
  );
}

const listed = (headers: Readonly<Record<string, string>>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
