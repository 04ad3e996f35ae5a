/** What an authorizer of a REST API answers. */
export interface AuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly [
      {
        readonly Action: 'execute-api:Invoke';
        readonly Effect: 'Allow' | 'Deny';
        readonly Resource: string;
      },
    ];
  };
  /** Reaches the function as `requestContext.authorizer`, and the access log. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * The policy for a caller, over all methods and paths of the stage.
 *
 * API Gateway remembers it by the token: one for the asked method alone would refuse the next request to another.
 */
export const policyFor = (
  methodArn: string,
  caller: Pick<AuthorizerResult, 'principalId' | 'context'>,
  effect: 'Allow' | 'Deny',
): AuthorizerResult => ({
  ...caller,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: stageOf(methodArn) }],
  },
});

/** `arn:…:<api>/<stage>/<method>/<path>` → `arn:…:<api>/<stage>/*` */
const stageOf = (methodArn: string): string => `${methodArn.split('/').slice(0, 2).join('/')}/*`;
