/** What `import … from 'mlflow-serverless/cdk'` gives. */

export type { DomainOptions } from './constructs/api-domain.ts';
export { BatchScoring } from './constructs/batch-scoring.ts';
export type { BatchPlace, BatchScoringProps } from './constructs/batch-scoring-props.ts';
export type { CrossOriginOptions } from './constructs/cross-origin.ts';
export type { EndpointApiOptions } from './constructs/endpoint-api.ts';
export type {
  ApiKeyAuth,
  CallerChecks,
  CognitoAuth,
  EndpointAuth,
  IamAuth,
  JwtAuth,
  LambdaAuth,
} from './constructs/endpoint-auth.ts';
export { JwtAuthorizer, type JwtAuthorizerProps } from './constructs/jwt-authorizer.ts';
export { MlflowEndpoint } from './constructs/mlflow-endpoint.ts';
export type {
  MlflowEndpointProps,
  ProvisionedConcurrency,
  RefreshOptions,
  RequestLimits,
} from './constructs/mlflow-endpoint-props.ts';
export {
  type ImportedModelStoreProps,
  ModelStore,
  type ModelStoreProps,
} from './constructs/model-store.ts';
export type { ModelStoreBase } from './constructs/model-store-base.ts';
export type { ProcessorArchitecture } from './constructs/package-code.ts';
export type { VpcPlacement } from './constructs/packaged-function.ts';
export type { PythonOptions } from './constructs/python-image.ts';
export { RegistryEvents } from './constructs/registry-events.ts';
export type { RegistryEventsProps, TrackingServer } from './constructs/registry-events-props.ts';
export { SecretSource } from './constructs/secret-source.ts';
export type { FirewallOptions } from './constructs/web-firewall.ts';
