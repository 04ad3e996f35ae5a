import type { Deployment } from '../deployment.ts';
import { Refusal } from './gateway-response.ts';
import type { Method, Route } from './match-route.ts';
import { evaluatePolicy, type PolicyDocument } from './policy.ts';
import type { Caller, ClientRequest } from './proxy-event.ts';
import { readUserPoolToken, type UserPoolKey } from './user-pool-token.ts';
import { identityOf, type Principal, verifySignature } from './verify-signature.ts';

/** Calls a function of the template by its ARN. */
export type InvokeFunction = (arn: string, event: unknown) => Promise<unknown>;

export interface AuthorizeOptions {
  readonly deployment: Deployment;
  readonly invoke: InvokeFunction;
  readonly principals: readonly Principal[];
  readonly userPoolKey: UserPoolKey | undefined;
  readonly now: () => number;
}

interface Authorizer {
  readonly Type: 'TOKEN' | 'REQUEST' | 'COGNITO_USER_POOLS';
  readonly AuthorizerUri?: string;
  readonly IdentitySource?: string;
  readonly IdentityValidationExpression?: string;
  readonly AuthorizerResultTtlInSeconds?: number;
}

interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policyDocument: PolicyDocument;
  readonly context?: Readonly<Record<string, unknown>>;
}

export type Authorize = (
  request: ClientRequest,
  route: Route,
  methodArn: string,
  url: string,
) => Promise<Caller>;

/** What stands before a method: the API's policy, signatures, authorizers. */
export function createAuthorize(options: AuthorizeOptions): Authorize {
  const { deployment, principals } = options;
  const [api] = [
    ...deployment.all<{ Policy?: PolicyDocument }>('AWS::ApiGateway::RestApi').values(),
  ];
  const authorizers = deployment.all<Authorizer>('AWS::ApiGateway::Authorizer');
  const callAuthorizer = createCachedAuthorizer(options);

  return async (request, { method }, methodArn, url) => {
    const type = method.AuthorizationType ?? 'NONE';
    if (type === 'AWS_IAM') {
      const principal = await verifySignature({ ...request, url }, principals);
      // A caller of the same account: an allow in either policy is enough, and their own allows.
      const verdict = api?.Policy && evaluatePolicy(api.Policy, methodArn, principal.arn);
      if (verdict === 'Deny') throw new Refusal('ACCESS_DENIED');
      return { identity: identityOf(principal) };
    }
    if (api?.Policy && evaluatePolicy(api.Policy, methodArn) !== 'Allow') {
      throw new Refusal('ACCESS_DENIED');
    }
    if (type === 'NONE') return { identity: {} };
    const authorizer = authorizers.get(method.AuthorizerId ?? '');
    if (authorizer === undefined) throw new Refusal('API_CONFIGURATION_ERROR');
    const token = identitySourceOf(authorizer, request);
    if (type === 'COGNITO_USER_POOLS') {
      return { identity: {}, authorizer: { claims: readClaims(token, method, options) } };
    }
    const answer = await callAuthorizer(authorizer, request, token, methodArn);
    if (evaluatePolicy(answer.policyDocument, methodArn) !== 'Allow') {
      throw new Refusal('ACCESS_DENIED');
    }
    return {
      identity: {},
      authorizer: { ...answer.context, principalId: answer.principalId, integrationLatency: 1 },
    };
  };
}

function readClaims(token: string, method: Method, { userPoolKey, now }: AuthorizeOptions) {
  const claims = userPoolKey && readUserPoolToken(token, userPoolKey, now());
  if (claims === undefined) throw new Refusal('UNAUTHORIZED');
  const scopes = method.AuthorizationScopes ?? [];
  const granted = String(claims['scope'] ?? '').split(' ');
  const isRightKind = claims['token_use'] === (scopes.length > 0 ? 'access' : 'id');
  if (!isRightKind || (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope)))) {
    throw new Refusal('UNAUTHORIZED');
  }
  return claims;
}

/** An answer is believed for the authorizer's time to live, whatever method is asked for next. */
function createCachedAuthorizer({ invoke, now }: AuthorizeOptions) {
  const cache = new Map<string, { answer: AuthorizerAnswer; untilMs: number }>();
  return async (
    authorizer: Authorizer,
    request: ClientRequest,
    token: string,
    methodArn: string,
  ): Promise<AuthorizerAnswer> => {
    const known = cache.get(token);
    if (known !== undefined && known.untilMs > now()) return known.answer;
    const [, functionArn = ''] =
      /functions\/(.+)\/invocations$/.exec(authorizer.AuthorizerUri ?? '') ?? [];
    const event =
      authorizer.Type === 'TOKEN'
        ? { type: 'TOKEN', authorizationToken: token, methodArn }
        : { type: 'REQUEST', methodArn, httpMethod: request.method, ...requestPart(request) };
    const answer = (await invoke(functionArn, event).catch((error: Error) => {
      throw new Refusal(error.message === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE');
    })) as AuthorizerAnswer;
    if (answer?.policyDocument === undefined) throw new Refusal('AUTHORIZER_CONFIGURATION_ERROR');
    const ttlMs = (authorizer.AuthorizerResultTtlInSeconds ?? 300) * 1000;
    if (ttlMs > 0) cache.set(token, { answer, untilMs: now() + ttlMs });
    return answer;
  };
}

const requestPart = ({ path, headers, query }: ClientRequest) => ({
  path,
  headers,
  queryStringParameters: Object.fromEntries(query),
});

function identitySourceOf(authorizer: Authorizer, { headers }: ClientRequest): string {
  const source = authorizer.IdentitySource ?? 'method.request.header.Authorization';
  const name = source.replace('method.request.header.', '').toLowerCase();
  const token = headers[name];
  const form = authorizer.IdentityValidationExpression;
  if (token === undefined || token === '' || (form && !new RegExp(form).test(token))) {
    throw new Refusal('UNAUTHORIZED');
  }
  return token;
}
