/** What may be used from outside: the core, its doors, and the parts they are made of. */
export { createLambdaHandler, type LambdaHandler } from './adapters/aws/lambda-handler.ts';
export {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from './adapters/node/server.ts';
export {
  type Configuration,
  readConfiguration,
  readServedConfiguration,
  type ServedConfiguration,
} from './config/environment.ts';
export { type Endpoint, type EndpointOptions, openEndpoint } from './endpoint/open-endpoint.ts';
export { type ErrorCode, ServingError } from './errors.ts';
export type {
  HttpHandler,
  HttpRequest,
  HttpResponse,
  RequestContext,
} from './http/http-message.ts';
export { createHttpHandler, type HttpHandlerOptions, MLFLOW_VERSION } from './http/routes.ts';
export { createLog, type Log } from './log.ts';
export { createLogTelemetry } from './log-telemetry.ts';
export {
  combineTelemetry,
  NO_TELEMETRY,
  type Telemetry,
  type TelemetryEvent,
} from './telemetry.ts';
