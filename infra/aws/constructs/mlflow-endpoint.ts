import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Alias, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import { EndpointApi } from './endpoint-api.ts';
import { checkAuth, type EndpointAuth } from './endpoint-auth.ts';
import type { MlflowEndpointProps } from './mlflow-endpoint-props.ts';
import { registeredName } from './model-keys.ts';
import type { ModelStoreBase } from './model-store-base.ts';
import { servingCode } from './package-code.ts';
import { createPackagedFunction } from './packaged-function.ts';
import { pythonImageCode } from './python-image.ts';
import {
  DEFAULT_EPHEMERAL_STORAGE,
  DEFAULT_MEMORY,
  DEFAULT_TIMEOUT,
  servingEnvironment,
} from './serving-environment.ts';
import { addLiveAlias } from './warm-instances.ts';

/** One published model behind a REST API with MLflow's scoring protocol. */
export class MlflowEndpoint extends Construct {
  readonly function: LambdaFunction;

  /** What API Gateway calls; grants and metrics of the function belong here. */
  readonly alias: Alias;

  readonly restApi: RestApi;

  /** Id of the API key, if there is one; `aws apigateway get-api-key --include-value` shows its value. */
  readonly apiKeyId: string | undefined;

  /** With a slash at its end: `<url>invocations`. */
  readonly url: string;

  /** Point your own host name there, if no record was made for it. */
  readonly domainTarget: string | undefined;

  private readonly store: ModelStoreBase;
  private readonly modelName: string;
  private readonly auth: EndpointAuth;

  constructor(scope: Construct, id: string, props: MlflowEndpointProps) {
    super(scope, id);
    const { architecture = 'x64', auth = { iam: true }, tracing = false } = props;
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    checkAuth(auth);
    this.auth = auth;
    this.store = props.store;
    this.modelName = registeredName(props.modelUri);
    this.function = createPackagedFunction(this, 'Function', {
      description: `Serves ${props.modelUri}`,
      code: props.python
        ? pythonImageCode(props, props.python)
        : (props.code ?? servingCode(architecture)),
      handler: 'invocations.handler',
      isImage: props.python !== undefined,
      environment: servingEnvironment(props),
      architecture,
      memory: props.memory ?? DEFAULT_MEMORY,
      timeout: props.timeout ?? DEFAULT_TIMEOUT,
      ephemeralStorage: props.ephemeralStorage ?? DEFAULT_EPHEMERAL_STORAGE,
      reservedConcurrency: props.reservedConcurrency,
      placement: props.placement,
      logRetention,
      tracing,
    });
    this.store.grantRead(this.function, this.modelName);
    const { provisionedConcurrency, reservedConcurrency } = props;
    this.alias = addLiveAlias(this.function, provisionedConcurrency, reservedConcurrency);
    const api = new EndpointApi(this, 'Http', {
      ...props,
      handler: this.alias,
      auth,
      logRetention,
      tracing,
    });
    this.restApi = api.restApi;
    this.apiKeyId = api.apiKeyId;
    this.url = api.url;
    this.domainTarget = api.domain?.domainNameAliasDomainName;
  }

  /**
   * Allow to call the endpoint with signed requests.
   *
   * @throws {Error} unless `auth` has iam, and leaves open whom
   */
  grantInvoke(grantee: IGrantable): Grant {
    if (this.auth === 'none' || !this.auth.iam) {
      throw new Error('grantInvoke needs auth: { iam: true }; other callers show keys or tokens');
    }
    if (this.auth.iam !== true) {
      throw new Error(
        'iam.allowedPrincipals names all who may call; add the ARN of this principal there instead',
      );
    }
    const { restApi } = this;
    const everyPath = restApi.arnForExecuteApi('*', '/*', restApi.deploymentStage.stageName);
    const principal = grantee.grantPrincipal;
    if (Construct.isConstruct(principal)) {
      acknowledgeWildcard(principal, everyPath, 'all paths of one endpoint');
    }
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: [everyPath],
    });
  }

  /** Allow to publish and promote this model, and no other. */
  grantPublish(grantee: IGrantable): Grant {
    return this.store.grantPublish(grantee, this.modelName);
  }

  /** Calls of the function. */
  metricInvocations(options?: MetricOptions): Metric {
    return this.alias.metricInvocations(options);
  }

  /** Calls that ended without an answer: crashes and time-outs. Refused requests are no errors here. */
  metricErrors(options?: MetricOptions): Metric {
    return this.alias.metricErrors(options);
  }

  /** Time in the function; ms. */
  metricDuration(options?: MetricOptions): Metric {
    return this.alias.metricDuration(options);
  }

  /** Calls that found no free instance. */
  metricThrottles(options?: MetricOptions): Metric {
    return this.alias.metricThrottles(options);
  }

  /** Requests that reached the API, the refused ones included. */
  metricRequests(options?: MetricOptions): Metric {
    return this.restApi.deploymentStage.metricCount(options);
  }

  metric4xx(options?: MetricOptions): Metric {
    return this.restApi.deploymentStage.metricClientError(options);
  }

  metric5xx(options?: MetricOptions): Metric {
    return this.restApi.deploymentStage.metricServerError(options);
  }

  /** From the request's arrival to the answer; ms. */
  metricLatency(options?: MetricOptions): Metric {
    return this.restApi.deploymentStage.metricLatency(options);
  }
}
