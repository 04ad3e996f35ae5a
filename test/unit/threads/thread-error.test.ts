import { describe, expect, it } from 'vitest';
import { badRequest, ServingError, schemaEnforcementFailed } from '../../../src/errors.ts';
import { errorResponse } from '../../../src/http/error-response.ts';
import { fromThreadError, toThreadError } from '../../../src/threads/thread-error.ts';

const carried = (error: unknown): Error => fromThreadError(structuredClone(toThreadError(error)));

describe('an error between threads', () => {
  it.each([
    { error: badRequest('column "a": expected a list') },
    { error: schemaEnforcementFailed('column "a" is missing') },
    { error: new ServingError('INTERNAL_ERROR', 'the model failed') },
    { error: new ServingError('NOT_IMPLEMENTED', 'no runtime') },
    { error: new ServingError('UNSUPPORTED_MEDIA_TYPE', 'not that') },
    { error: new ServingError('DEADLINE_EXCEEDED', 'too late') },
  ])('is answered as if there were one thread: $error.code', ({ error }) => {
    const got = carried(error);

    expect(got).toBeInstanceOf(ServingError);
    expect(errorResponse(got)).toEqual(errorResponse(error));
  });

  it('says what it was made of, for the log', () => {
    const cause = new TypeError('from the native library');

    const got = carried(new ServingError('BAD_REQUEST', 'the model failed', { cause }));

    expect(got.cause).toBe('TypeError: from the native library');
  });

  it('keeps the stack of a bug, which stays one', () => {
    const bug = new RangeError('a fault');

    const got = carried(bug);

    expect(got).not.toBeInstanceOf(ServingError);
    expect(got).toMatchObject({ message: 'a fault', stack: bug.stack });
  });

  it('takes what is no error', () => {
    expect(carried('a word')).toMatchObject({ message: 'a word' });
  });
});
