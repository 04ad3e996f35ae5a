import type { app, HttpHandler, HttpMethod } from '@azure/functions';

export type AuthLevel = 'anonymous' | 'function' | 'admin';

/** The part of `app` that is used. */
export type FunctionApp = Pick<typeof app, 'http' | 'storageQueue' | 'timer' | 'hook'>;

/** The core answers every method itself: what it does not serve is its 405. */
const METHODS: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Each is a function by its own name in the portal, the metrics and the logs. The last one takes every other path. */
const ROUTE_BY_NAME = {
  invocations: 'invocations',
  ping: 'ping',
  health: 'health',
  version: 'version',
  'endpoint-invocations': 'endpoints/{name}/invocations',
  other: '{*path}',
} as const;

/**
 * Register the routes of one endpoint. Must be done while the entry file loads: the host takes no function later.
 *
 * @param authLevel `function`: callers send a key of the function or of the app; `anonymous`: somebody else checks them
 */
export function registerEndpoint(
  app: Pick<FunctionApp, 'http'>,
  handler: HttpHandler,
  authLevel: AuthLevel,
): void {
  for (const [name, route] of Object.entries(ROUTE_BY_NAME)) {
    app.http(name, { route, methods: METHODS, authLevel, handler });
  }
}
