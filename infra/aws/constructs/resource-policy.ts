import {
  AnyPrincipal,
  ArnPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';

/** This API, whatever its id will be. */
const THIS_API = ['execute-api:/*'];

/**
 * Let these call a REST API, and nobody else: not even those of its account whose own policies allow it.
 *
 * The refusal compares with `aws:PrincipalArn`, which is the role of a session, and not the session.
 *
 * Browsers ask before (OPTIONS) without a signature, and so without a principal, which `ArnNotLike` takes for any other:
 * for them the refusal is of known principals alone. Without a signature no other method can be called.
 *
 * @param preflightStage the stage where browsers may ask first
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function allowOnly(
  principals: readonly string[],
  preflightStage: string | undefined,
): PolicyDocument {
  const isKnown = preflightStage !== undefined && { Null: { 'aws:PrincipalArn': 'false' } };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'AllowTheListed',
        effect: Effect.ALLOW,
        principals: principals.map((arn) => new ArnPrincipal(arn)),
        actions: ['execute-api:Invoke'],
        resources: THIS_API,
      }),
      new PolicyStatement({
        sid: 'DenyTheRest',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: THIS_API,
        conditions: {
          ArnNotLike: { 'aws:PrincipalArn': principals.flatMap(principalPatterns) },
          ...isKnown,
        },
      }),
      ...(preflightStage === undefined ? [] : [allowPreflight(preflightStage)]),
    ],
  });
}

const allowPreflight = (stage: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'AllowPreflight',
    effect: Effect.ALLOW,
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: [`execute-api:/${stage}/OPTIONS/*`],
  });

/** An account stands for everybody in it; a session for its role, whose path the session does not say. */
function principalPatterns(arn: string): string[] {
  const account = /^(arn:[^:]+:iam::\d+):root$/.exec(arn);
  if (account) return [arn, `${account[1]}:*`];
  const session = /^(arn:[^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  if (!session) return [arn];
  const [, partition, number, role] = session;
  return [`${partition}:iam::${number}:role/${role}`, `${partition}:iam::${number}:role/*/${role}`];
}
