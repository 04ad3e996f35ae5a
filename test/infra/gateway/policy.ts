/** The part of an IAM policy that API Gateway evaluates. */
export interface PolicyDocument {
  readonly Statement: readonly Statement[] | Statement;
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

/** `Deny` wins over `Allow`; `undefined` when no statement speaks of it. */
export function evaluatePolicy(
  policy: PolicyDocument,
  methodArn: string,
  principalArn?: string,
): 'Allow' | 'Deny' | undefined {
  const statements = [policy.Statement].flat().filter((statement) => {
    const { Action: action, Resource: resource } = statement;
    return (
      [action].flat().some((pattern) => isLike(pattern, 'execute-api:Invoke')) &&
      [resource].flat().some((pattern) => isLike(fullArn(pattern), methodArn)) &&
      speaksOf(statement, principalArn)
    );
  });
  if (statements.some((statement) => statement.Effect === 'Deny')) return 'Deny';
  return statements.length > 0 ? 'Allow' : undefined;
}

/** An API's own policy may leave out where the API is. */
const fullArn = (pattern: string): string =>
  pattern.startsWith('execute-api:/') ? `arn:aws:${pattern.replace(':/', ':*:*:*/')}` : pattern;

/** The policy of an authorizer names no principal; the policy of an API does. */
function speaksOf({ Principal: of, Condition: condition = {} }: Statement, arn?: string): boolean {
  const named =
    of === undefined || of === '*'
      ? ['*']
      : Object.values(of as Record<string, string | string[]>).flat();
  if (!named.some((pattern) => covers(pattern, arn))) return false;
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      if (key !== 'aws:PrincipalArn') throw new Error(`a condition on ${key}: not known here`);
      if (operator === 'Null') return String(arn === undefined) === values;
      const matches = [values].flat().some((pattern) => isLike(pattern, arn ?? ''));
      return /Not/.test(operator) ? !matches : matches;
    }),
  );
}

/** `arn:aws:iam::<account>:root`, or the account alone, is everybody in it. */
function covers(pattern: string, arn = ''): boolean {
  const [, account] = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(pattern) ?? [];
  return account === undefined ? isLike(pattern, arn) : arn.includes(`::${account}:`);
}

const isLike = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text);
