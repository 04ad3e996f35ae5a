import { describe, expect, it } from 'vitest';
import { routedPath } from '../../../src/adapters/aws/routed-path.ts';

describe('routedPath', () => {
  it.each([
    { path: '/invocations', stage: '$default', expected: '/invocations' },
    { path: '/prod/invocations', stage: 'prod', expected: '/invocations' },
    { path: '/prod', stage: 'prod', expected: '/' },
    { path: '/production/ping', stage: 'prod', expected: '/production/ping' },
    { path: '/ping', stage: 'prod', expected: '/ping' },
    { path: '/ping', stage: 'ping', expected: '/' },
    { path: '/%70ing', stage: undefined, expected: '/ping' },
    { path: '/%zz', stage: undefined, expected: '/%zz' },
  ])('takes the stage $stage from $path', ({ path, stage, expected }) => {
    expect(routedPath(path, '$default', undefined, stage)).toBe(expected);
  });

  it.each([
    {
      path: '/wine/invocations',
      template: '/invocations',
      proxy: undefined,
      expected: '/invocations',
    },
    {
      path: '/wine/invocations',
      template: '/{proxy+}',
      proxy: 'invocations',
      expected: '/invocations',
    },
    { path: '/wine/ping/', template: '/{proxy+}', proxy: 'ping', expected: '/ping/' },
    { path: '/wine/ping/', template: '/{proxy+}', proxy: 'ping/', expected: '/ping/' },
    { path: '/ml/ping', template: '/ml/{proxy+}', proxy: 'ping', expected: '/ping' },
    { path: '/prod/', template: '/', proxy: undefined, expected: '/' },
  ])('takes what the route $template did not match from $path', ({
    path,
    template,
    proxy,
    expected,
  }) => {
    expect(routedPath(path, template, { proxy }, 'prod')).toBe(expected);
  });
});
