import { describe, expect, it } from 'vitest';
import { readHttpSettings } from '../../../src/http-client/http-settings.ts';

describe('readHttpSettings', () => {
  it('has defaults for a function that a caller waits for', () => {
    expect(readHttpSettings({})).toEqual({
      timeoutMs: 30_000,
      retries: 3,
      maxRedirects: 5,
      honorsRetryAfter: true,
    });
  });

  it("reads MLflow's variables", () => {
    const settings = readHttpSettings({
      MLFLOW_HTTP_REQUEST_TIMEOUT: ' 10 ',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
      MLFLOW_ALLOW_HTTP_REDIRECTS: 'False',
      MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: '0',
    });

    expect(settings).toEqual({
      timeoutMs: 10_000,
      retries: 0,
      maxRedirects: 0,
      honorsRetryAfter: false,
    });
  });

  it.each([
    { name: 'the factor', factor: '3', jitter: '0', pauses: [0, 6_000, 12_000, 24_000, 120_000] },
    { name: 'no jitter', factor: '', jitter: '0', pauses: [0, 4_000, 8_000, 16_000, 120_000] },
    { name: 'a factor of 0', factor: '0', jitter: '0', pauses: [0, 0, 0, 0, 0] },
  ])("pauses as MLflow's HTTP library does with $name", ({ factor, jitter, pauses }) => {
    const { pauseMs } = readHttpSettings({
      MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: factor,
      MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: jitter,
    });

    expect([1, 2, 3, 4, 9].map((retry) => pauseMs?.(retry))).toEqual(pauses);
  });

  it('adds up to the jitter, in seconds', () => {
    const { pauseMs } = readHttpSettings({ MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0.5' });
    const pauses = Array.from({ length: 200 }, () => pauseMs?.(2) ?? 0);

    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(4_000);
    expect(Math.max(...pauses)).toBeLessThan(4_500);
    expect(new Set(pauses).size).toBeGreaterThan(100);
  });

  it.each([
    [{ MLFLOW_HTTP_REQUEST_TIMEOUT: '0' }, 'a whole number of 1 or more'],
    [{ MLFLOW_HTTP_REQUEST_TIMEOUT: '1.5' }, 'a whole number of 1 or more'],
    [{ MLFLOW_HTTP_REQUEST_MAX_RETRIES: '-1' }, 'a whole number of 0 or more'],
    [{ MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: 'x' }, 'a whole number of 0 or more'],
    [{ MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '-0.1' }, 'a number of 0 or more'],
    [{ MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: 'yes' }, 'true, false, 1 or 0'],
  ])('refuses %o', (environment, expected) => {
    expect(() => readHttpSettings(environment as Record<string, string>)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: `${Object.keys(environment)[0]} must be ${expected}`,
      }),
    );
  });
});
