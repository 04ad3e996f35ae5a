import type { Deployment } from '../deployment.ts';

/** A method of the API as CloudFormation has it; only what the gateway reads. */
export interface Method {
  readonly HttpMethod: string;
  readonly ResourceId: string;
  readonly AuthorizationType?: 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'COGNITO_USER_POOLS';
  readonly AuthorizerId?: string;
  readonly AuthorizationScopes?: readonly string[];
  readonly ApiKeyRequired?: boolean;
  readonly Integration: Integration;
}

export interface Integration {
  readonly Type: 'AWS_PROXY' | 'MOCK';
  readonly Uri?: string;
  readonly TimeoutInMillis?: number;
  readonly IntegrationResponses?: readonly {
    readonly StatusCode: string;
    readonly ResponseParameters?: Readonly<Record<string, string>>;
    readonly ResponseTemplates?: Readonly<Record<string, string>>;
  }[];
}

export interface Route {
  readonly method: Method;
  readonly resourceId: string;
  /** The resource's template: `/invocations`, `/{proxy+}`. */
  readonly resourcePath: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/** The API's resources and methods, looked up as API Gateway does: fixed parts before variables. */
export function createRouter(
  deployment: Deployment,
): (method: string, path: string) => Route | undefined {
  const resources = deployment.all<{ ParentId: string; PathPart: string }>(
    'AWS::ApiGateway::Resource',
  );
  const pathOf = (id: string): string => {
    const resource = resources.get(id);
    return resource === undefined ? '' : `${pathOf(resource.ParentId)}/${resource.PathPart}`;
  };
  const methods = [...deployment.all<Method>('AWS::ApiGateway::Method').values()].map((method) => ({
    method,
    template: pathOf(method.ResourceId) || '/',
  }));
  methods.sort((a, b) => rank(a.template) - rank(b.template));
  return (verb, path) => {
    for (const { method, template } of methods) {
      if (method.HttpMethod !== verb && method.HttpMethod !== 'ANY') continue;
      const match = patternOf(template).exec(path);
      if (match === null) continue;
      const { ResourceId: resourceId } = method;
      const pathParameters = match.groups === undefined ? null : { ...match.groups };
      return { method, resourceId, resourcePath: template, pathParameters };
    }
    return undefined;
  };
}

/** Lower is tried first. */
const rank = (template: string): number => {
  if (template.includes('+}')) return 2;
  return template.includes('{') ? 1 : 0;
};

function patternOf(template: string): RegExp {
  const parts = template.split('/').map((part) => {
    const [, name, greedy] = /^\{(\w+)(\+?)\}$/.exec(part) ?? [];
    if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return `(?<${name}>${greedy ? '.+?' : '[^/]+'})`;
  });
  return new RegExp(`^${parts.join('/')}/?$`);
}
