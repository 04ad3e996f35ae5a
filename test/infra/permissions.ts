/** One thing that somebody may or may not do, as a template says it. */
export interface Permission {
  readonly effect: 'Allow' | 'Deny';
  /** The role, or the principal of a resource's own policy. */
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  /** Operator, key and values of each condition; undefined without one. */
  readonly when: string | undefined;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** Every permission in a template: of roles, of managed policies, of what has a policy of its own. */
export const permissionsIn = (template: Record<string, unknown>): Permission[] =>
  Object.entries(template['Resources'] as Record<string, Resource>).flatMap(
    ([id, { Type, Properties = {} }]) => READERS[Type]?.(plainId(id), Properties) ?? [],
  );

type Reader = (id: string, properties: Record<string, unknown>) => Permission[];

const READERS: Record<string, Reader> = {
  'AWS::IAM::Role': (id, role) => [
    ...ofStatements(role['AssumeRolePolicyDocument'], undefined, id),
    ...((role['ManagedPolicyArns'] as unknown[] | undefined) ?? []).map((arn) =>
      allow(id, 'everything in', flatten(arn)),
    ),
    ...((role['Policies'] as { PolicyDocument: unknown }[] | undefined) ?? []).flatMap((policy) =>
      ofStatements(policy.PolicyDocument, id),
    ),
  ],
  'AWS::IAM::Policy': (_, policy) =>
    (policy['Roles'] as unknown[]).flatMap((role) =>
      ofStatements(policy['PolicyDocument'], roleOf(role)),
    ),
  'AWS::S3::BucketPolicy': (_, policy) => ofStatements(policy['PolicyDocument']),
  'AWS::SQS::QueuePolicy': (_, policy) => ofStatements(policy['PolicyDocument']),
  'AWS::ApiGateway::RestApi': (_, api) => (api['Policy'] ? ofStatements(api['Policy']) : []),
  'AWS::Lambda::Permission': (_, permission) => [
    {
      ...allow(
        String(permission['Principal']),
        String(permission['Action']),
        flatten(permission['FunctionName']),
      ),
      when: `SourceArn ${flatten(permission['SourceArn'])}`,
    },
  ],
};

const allow = (who: string, action: string, resource: string): Permission => ({
  effect: 'Allow',
  who,
  action,
  resource,
  when: undefined,
});

function ofStatements(document: unknown, holder?: string, self?: string): Permission[] {
  return (document as { Statement: Statement[] }).Statement.flatMap((statement) => {
    const principals = holder === undefined ? principalsOf(statement.Principal) : [holder];
    const resources = self === undefined ? [statement.Resource].flat().map(flatten) : [`<${self}>`];
    return principals.flatMap((who) =>
      [statement.Action].flat().flatMap((action) =>
        resources.map((resource) => ({
          effect: statement.Effect,
          who,
          action,
          resource,
          when: conditionOf(statement.Condition),
        })),
      ),
    );
  });
}

const principalsOf = (principal: unknown): string[] =>
  typeof principal === 'string'
    ? [principal]
    : Object.values(principal as Record<string, unknown>).flatMap((value) =>
        [value].flat().map(roleOf),
      );

const conditionOf = (condition: Statement['Condition']): string | undefined =>
  condition &&
  Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => `${operator} ${key} ${valuesOf(value)}`),
    )
    .join(', ');

const valuesOf = (value: unknown): string => [value].flat().map(flatten).join(' | ');

/** A role by its id, whether a template names it by `Ref` or by ARN. */
const roleOf = (value: unknown): string => flatten(value).replace(/^<([^.>]+)(\.Arn)?>$/, '$1');

/** Without the eight digits that CDK appends: they say where a construct is, not what it is. */
const plainId = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

/** `{ "Fn::Join": ["", [{ "Fn::GetAtt": ["Bucket…", "Arn"] }, "/*"]] }` → `<Bucket.Arn>/*` */
function flatten(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = []] = Object.entries(value);
  if (name === 'Ref') return `<${plainId(String(argument))}>`;
  if (name === 'Fn::GetAtt') {
    const [id, attribute] = argument as [string, string];
    return `<${plainId(id)}.${attribute}>`;
  }
  if (name === 'Fn::Join') {
    const [delimiter, items] = argument as [string, unknown[]];
    return items.map(flatten).join(delimiter);
  }
  if (name === 'Fn::Sub') return String(argument).replace(/\$\{/g, '<').replace(/\}/g, '>');
  return JSON.stringify(value);
}
