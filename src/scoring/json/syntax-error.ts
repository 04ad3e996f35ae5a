import { badRequest, type ServingError } from '../../errors.ts';

/**
 * The error for a body that is not JSON: 400 BAD_REQUEST, as MLflow answers.
 *
 * Units: `position` in bytes from the start of the body; for UTF-16 and UTF-32, of its UTF-8 form.
 * @param expected what would have been right at that place; never a piece of the body
 */
export const syntaxError = (expected: string, position: number): ServingError =>
  badRequest(`the request body is not valid JSON: expected ${expected} at byte ${position}`);
