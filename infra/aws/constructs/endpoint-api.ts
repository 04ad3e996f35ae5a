import { Duration, Size, Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type CorsOptions,
  type DomainName,
  EndpointType,
  LambdaIntegration,
  type MethodOptions,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessLogOptions, boundErrorLog, explainMissingLogs } from './access-logs.ts';
import { acknowledge } from './acknowledge.ts';
import { addDomain, type DomainOptions } from './api-domain.ts';
import { addApiKey } from './api-key.ts';
import { ApiLogRole } from './api-log-role.ts';
import { callerAuthorization, explainAuthorization } from './caller-authorization.ts';
import type { EndpointAuth } from './endpoint-auth.ts';
import { explainStage } from './explain-stage.ts';
import { addGatewayErrors } from './gateway-errors.ts';
import { allowOnly } from './resource-policy.ts';
import { skipCheckov } from './skip-checkov.ts';
import { type FirewallOptions, WebFirewall } from './web-firewall.ts';

export interface CrossOriginOptions {
  /** Pages of these origins may call from a browser; `'*'`: any. */
  readonly origins: string[];

  /** @default none - headers that a page may send, beside those the endpoint needs */
  readonly headers?: string[];
}

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
  readonly tracing: boolean;
}

/** API Gateway gives up after this, whatever the function does. */
const INTEGRATION_TIMEOUT = Duration.seconds(29);

/**
 * Travels as bytes, in base64: a third longer. Everything else that MLflow's server takes is text, so
 * that 6 MiB of it fit into an event.
 */
const BINARY_TYPES = ['application/vnd.apache.parquet'];

/** Smaller answers are not worth compressing. Requests are unpacked because this is set at all. */
const COMPRESSED_FROM = Size.bytes(1024);

/** Each with the methods that it serves; the function answers the others, and other paths, by itself. */
const METHODS_BY_PATH = {
  invocations: ['POST'],
  ping: ['GET', 'HEAD'],
  health: ['GET', 'HEAD'],
  version: ['GET', 'HEAD'],
} as const;

/** The REST API before a serving function. */
export class EndpointApi extends Construct {
  readonly restApi: RestApi;
  readonly apiKeyId: string | undefined;
  readonly domain: DomainName | undefined;

  constructor(scope: Construct, id: string, props: EndpointApiProps) {
    super(scope, id);
    const { auth, logRetention, tracing, accessLogs = true } = props;
    const stageName = props.stage ?? 'v1';
    const iam = auth !== 'none' && typeof auth.iam === 'object' ? auth.iam : undefined;
    this.restApi = new RestApi(this, 'Api', {
      restApiName: `${Stack.of(this).stackName}-${scope.node.id}`,
      description: 'MLflow model endpoint',
      endpointTypes: [EndpointType.REGIONAL],
      disableExecuteApiEndpoint: props.domain !== undefined,
      policy: iam && allowOnly(iam.allowedPrincipals),
      binaryMediaTypes: BINARY_TYPES,
      minCompressionSize: COMPRESSED_FROM,
      cloudWatchRole: false,
      defaultCorsPreflightOptions: props.cors && preflightOptions(props.cors),
      deployOptions: {
        stageName,
        metricsEnabled: true,
        tracingEnabled: tracing,
        throttlingRateLimit: props.throttle?.requestsPerSecond,
        throttlingBurstLimit: props.throttle?.burst,
        ...accessLogOptions(this, accessLogs, logRetention),
      },
    });
    this.restApi.node.tryRemoveChild('Endpoint'); // an output with a name that nobody would guess
    if (accessLogs) boundErrorLog(this.restApi, stageName, logRetention);
    this.addMethods(props.handler, callerAuthorization(this, auth, { logRetention, tracing }));
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

  private addMethods(handler: IFunction, options: MethodOptions): void {
    const integration = new LambdaIntegration(handler, {
      timeout: INTEGRATION_TIMEOUT,
      scopePermissionToMethod: false,
    });
    const { root } = this.restApi;
    for (const [path, methods] of Object.entries(METHODS_BY_PATH)) {
      const resource = root.addResource(path);
      for (const method of [...methods, 'ANY']) resource.addMethod(method, integration, options);
    }
    root.addMethod('ANY', integration, options);
    root.addResource('{proxy+}').addMethod('ANY', integration, options);
    const isOpen = options.authorizationType === AuthorizationType.NONE && !options.apiKeyRequired;
    for (const method of isOpen ? this.restApi.methods : []) {
      if (method.httpMethod !== 'OPTIONS')
        skipCheckov(method, { CKV_AWS_59: "auth: 'none' was asked for by name" });
    }
  }
}

/** What browsers may send; `authorization` and the rest are how callers show who they are. */
const ALLOWED_HEADERS = [
  'accept',
  'authorization',
  'content-encoding',
  'content-type',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-api-key',
];

const preflightOptions = ({ origins, headers = [] }: CrossOriginOptions): CorsOptions => ({
  allowOrigins: origins,
  allowMethods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
  allowHeaders: [...ALLOWED_HEADERS, ...headers],
  exposeHeaders: ['x-mlflow-model-name', 'x-mlflow-model-version'],
  maxAge: Duration.hours(1),
});

/** API Gateway's own answers have room for one value, and nothing in them is anybody's. */
const allowedOrigin = ({ origins }: CrossOriginOptions): string =>
  origins.length === 1 ? (origins[0] as string) : '*';

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
