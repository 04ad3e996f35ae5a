import type { HttpHandler, HttpResponse } from './http-message.ts';

/** What a page may read beside the body. */
const EXPOSED = 'x-mlflow-model-name, x-mlflow-model-version';

/**
 * Let pages of other origins read the answers. A gateway answers the question that browsers ask before (OPTIONS);
 * it cannot add a header to what a function answers.
 *
 * Cookies are nobody's credentials here, so answers are the same for every origin that is allowed.
 *
 * @param origins `*` among them: any
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function withCors(answer: HttpHandler, origins: readonly string[]): HttpHandler {
  if (origins.length === 0) return answer;
  const allowed = new Set(origins);
  const isAny = allowed.has('*');
  return async (request, context) => {
    const response = await answer(request, context);
    if (isAny) return withHeaders(response, { 'access-control-allow-origin': '*' });
    const { origin = '' } = request.headers;
    return allowed.has(origin)
      ? withHeaders(response, { 'access-control-allow-origin': origin, vary: 'origin' })
      : { ...response, headers: { ...response.headers, vary: 'origin' } };
  };
}

const withHeaders = (response: HttpResponse, headers: HttpResponse['headers']): HttpResponse => ({
  ...response,
  headers: { ...response.headers, ...headers, 'access-control-expose-headers': EXPOSED },
});
