import { Size, Stack } from 'aws-cdk-lib';
import { type DomainName, EndpointType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessLogOptions, boundErrorLog, explainMissingLogs } from './access-logs.ts';
import { acknowledge } from './acknowledge.ts';
import { addDomain, type DomainOptions } from './api-domain.ts';
import { addApiKey } from './api-key.ts';
import { ApiLogRole } from './api-log-role.ts';
import { callerAuthorization, explainAuthorization } from './caller-authorization.ts';
import { allowedOrigin, type CrossOriginOptions, preflightOptions } from './cross-origin.ts';
import { deployAuthorizer } from './deploy-authorizer.ts';
import type { EndpointAuth } from './endpoint-auth.ts';
import { addEndpointMethods } from './endpoint-methods.ts';
import { explainStage } from './explain-stage.ts';
import { addGatewayErrors } from './gateway-errors.ts';
import type { JwtAuthorizerProps } from './jwt-authorizer.ts';
import { allowOnly } from './resource-policy.ts';
import { type FirewallOptions, WebFirewall } from './web-firewall.ts';

export interface EndpointApiOptions {
  /** @default 'v1' - first part of the path */
  readonly stage?: string;

  /** @default the account's own limit - for all callers together */
  readonly throttle?: { readonly requestsPerSecond: number; readonly burst: number };

  /** @default none - pages of other origins cannot call */
  readonly cors?: CrossOriginOptions;

  /** @default true - a JSON line for each request, without payloads and keys */
  readonly accessLogs?: boolean;

  /**
   * Give API Gateway the role that its logs need. It is one setting for a whole account and region: pass
   * false if yours has it already.
   *
   * @default the same as accessLogs
   */
  readonly cloudWatchRole?: boolean;

  /** @default none - AWS's own host name; with a domain, that one is switched off */
  readonly domain?: DomainOptions;

  /** @default none - it costs money while idle */
  readonly waf?: FirewallOptions;
}

export interface EndpointApiProps extends EndpointApiOptions {
  readonly handler: IFunction;
  readonly auth: EndpointAuth;
  readonly logRetention: RetentionDays;
  readonly logLevel?: JwtAuthorizerProps['logLevel'];
  readonly tracing: boolean;
}

/**
 * Travels as bytes, in base64: a third longer. Everything else that MLflow's server takes is text, so
 * that 6 MiB of it fit into an event.
 */
const BINARY_TYPES = ['application/vnd.apache.parquet'];

/** Smaller answers are not worth compressing. Requests with `Content-Encoding: gzip` are unpacked, whatever their size. */
const COMPRESSED_FROM = Size.bytes(1024);

/** The REST API before a serving function. */
export class EndpointApi extends Construct {
  readonly restApi: RestApi;
  readonly apiKeyId: string | undefined;
  readonly domain: DomainName | undefined;

  constructor(scope: Construct, id: string, props: EndpointApiProps) {
    super(scope, id);
    const { auth, logRetention, logLevel, tracing, accessLogs = true } = props;
    const stageName = props.stage ?? 'v1';
    const iam = auth !== 'none' && typeof auth.iam === 'object' ? auth.iam : undefined;
    this.restApi = new RestApi(this, 'Api', {
      restApiName: `${Stack.of(this).stackName}-${scope.node.id}`,
      description: 'MLflow model endpoint',
      endpointTypes: [EndpointType.REGIONAL],
      disableExecuteApiEndpoint: props.domain !== undefined,
      policy: iam && allowOnly(iam.allowedPrincipals, props.cors && stageName),
      binaryMediaTypes: BINARY_TYPES,
      minCompressionSize: COMPRESSED_FROM,
      cloudWatchRole: false,
      defaultCorsPreflightOptions: props.cors && preflightOptions(props.cors, auth),
      deployOptions: {
        stageName,
        tracingEnabled: tracing,
        throttlingRateLimit: props.throttle?.requestsPerSecond,
        throttlingBurstLimit: props.throttle?.burst,
        ...accessLogOptions(this, accessLogs, logRetention),
      },
    });
    this.restApi.node.tryRemoveChild('Endpoint'); // an output with a name that nobody would guess
    if (accessLogs) boundErrorLog(this.restApi, stageName, logRetention);
    const checks = callerAuthorization(this, auth, { logRetention, logLevel, tracing });
    addEndpointMethods(this.restApi, props.handler, checks);
    deployAuthorizer(this.restApi, checks.authorizer);
    addGatewayErrors(this.restApi, {
      isSigned: auth !== 'none' && auth.iam !== undefined,
      allowedOrigin: props.cors && allowedOrigin(props.cors),
    });
    const apiKey = auth === 'none' ? undefined : auth.apiKey;
    this.apiKeyId = apiKey && addApiKey(this.restApi, apiKey === true ? {} : apiKey).keyId;
    this.domain = props.domain && addDomain(this, this.restApi, props.domain);
    const { deploymentStage: stage } = this.restApi;
    if (props.cloudWatchRole ?? accessLogs) stage.node.addDependency(ApiLogRole.of(this));
    if (props.waf) new WebFirewall(this, 'Firewall', { ...props.waf, stage, logRetention });
    explainAuthorization(this.restApi, auth);
    if (!accessLogs) explainMissingLogs(this.restApi);
    explain(this.restApi, props);
  }

  get url(): string {
    return this.domain ? `https://${this.domain.domainName}/` : this.restApi.url;
  }
}

function explain(api: RestApi, { waf, throttle, tracing }: EndpointApiProps): void {
  acknowledge(api, {
    'AwsSolutions-APIG2': 'the function checks every body against the model’s signature',
  });
  if (!waf) {
    acknowledge(api, {
      'AwsSolutions-APIG3': 'a firewall costs money while idle and is off by choice',
    });
  }
  if (!throttle) {
    acknowledge(api, { 'Serverless-APIGWDefaultThrottling': 'the account’s own limit holds' });
  }
  explainStage(api, tracing);
}
