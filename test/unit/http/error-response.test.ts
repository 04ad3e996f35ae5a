import { describe, expect, it } from 'vitest';
import { badRequest, ServingError, schemaEnforcementFailed } from '../../../src/errors.ts';
import { errorResponse } from '../../../src/http/error-response.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

describe('errorResponse', () => {
  it.each([
    {
      name: 'the lenient step',
      error: badRequest('column "a": expected a list'),
      status: 400,
      body: '{"error_code": "BAD_REQUEST", "message": "column \\"a\\": expected a list", "sqlstate": "KAM00", "error_class": "INVALID_PARAMETER_VALUE"}',
    },
    {
      name: 'the strict step',
      error: schemaEnforcementFailed('column "a" is missing'),
      status: 400,
      body: '{"error_code": "INVALID_PARAMETER_VALUE", "message": "column \\"a\\" is missing", "sqlstate": "KAM01", "error_class": "SCHEMA_ENFORCEMENT_FAILED"}',
    },
    {
      name: 'a code without a class',
      error: new ServingError('NOT_IMPLEMENTED', 'no runtime'),
      status: 501,
      body: '{"error_code": "NOT_IMPLEMENTED", "message": "no runtime"}',
    },
    {
      name: 'a model that does not exist',
      error: new ServingError('RESOURCE_DOES_NOT_EXIST', 'no such alias'),
      status: 404,
      body: '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such alias", "sqlstate": "KAM00", "error_class": "RESOURCE_NOT_FOUND"}',
    },
  ])('writes $name in MLflow’s shape', ({ error, status, body }) => {
    expect(errorResponse(error)).toEqual({ status, headers: JSON_HEADERS, body });
  });

  it('says when to try again', () => {
    const error = new ServingError('TEMPORARILY_UNAVAILABLE', 'busy', { retryAfterSeconds: 3 });

    expect(errorResponse(error)).toMatchObject({
      status: 503,
      headers: { ...JSON_HEADERS, 'retry-after': '3' },
    });
  });

  it('answers a wrong content type in plain text', () => {
    expect(errorResponse(new ServingError('UNSUPPORTED_MEDIA_TYPE', 'not that'))).toEqual({
      status: 415,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'not that',
    });
  });

  it('answers a time-out with a sentence that is labelled JSON', () => {
    expect(errorResponse(new ServingError('DEADLINE_EXCEEDED', 'too slow'))).toEqual({
      status: 504,
      headers: JSON_HEADERS,
      body: 'too slow',
    });
  });

  it.each([
    { name: 'an error', thrown: new TypeError('secret of row 7') },
    { name: 'a text', thrown: 'secret' },
    { name: 'nothing', thrown: undefined },
  ])('keeps $name that was not thrown on purpose to itself', ({ thrown }) => {
    const { status, body } = errorResponse(thrown);

    expect(status).toBe(500);
    expect(JSON.parse(body)).toEqual({
      error_code: 'INTERNAL_ERROR',
      message: 'the server failed to answer; its log says why',
      sqlstate: 'XXM00',
      error_class: 'CLIENT_INTERNAL_ERROR',
    });
  });
});
