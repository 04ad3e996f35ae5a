import type { Resource, Template } from './deployment.ts';

/** Where the stack is, as far as it knows. */
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'stack',
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/stack/0`,
};

type Names = Readonly<Record<string, string>>;

/**
 * Replace CloudFormation's functions in a value, as the service does when everything is made.
 *
 * @throws {Error} on a function that no template of ours uses, or a reference to nothing
 */
export function resolveIntrinsics(value: unknown, template: Template, names: Names): unknown {
  const resolve = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(resolve).filter((item) => item !== undefined);
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part);
    const [name, argument] = entries[0] ?? ['', undefined];
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
      return call(name, argument);
    }
    return Object.fromEntries(
      entries.map(([key, item]) => [key, resolve(item)]).filter(([, item]) => item !== undefined),
    );
  };

  const call = (name: string, argument: unknown): unknown => {
    if (name === 'Ref') return reference(String(argument));
    if (name === 'Fn::Sub') return substitute(argument);
    const resolved = resolve(argument);
    if (name === 'Fn::GetAtt') return attribute(...(resolved as [string, string]));
    if (name === 'Fn::Join') {
      const [separator, parts] = resolved as [string, unknown[]];
      return parts.join(separator);
    }
    if (name === 'Fn::Select') {
      const [index, list] = resolved as [number | string, unknown[]];
      return list[Number(index)];
    }
    if (name === 'Fn::Split') {
      const [separator, text] = resolved as [string, string];
      return text.split(separator);
    }
    throw new Error(`the template uses ${name}, which the tests do not know`);
  };

  const reference = (id: string): string | undefined => {
    if (id === 'AWS::NoValue') return undefined;
    const known = names[id] ?? PSEUDO_PARAMETERS[id];
    if (known !== undefined) return known;
    const resource = resourceAt(id);
    const { FunctionName: of, Name: alias } = resource.Properties;
    if (resource.Type === 'AWS::Lambda::Alias') return `${functionArn(of)}:${resolve(alias)}`;
    if (resource.Type === 'AWS::Lambda::Version') return `${functionArn(of)}:1`;
    if (resource.Type === 'AWS::ApiGateway::Stage') return String(resource.Properties['StageName']);
    return id;
  };

  const attribute = (id: string, attributeName: string): string => {
    const { Type: type, Properties: properties } = resourceAt(id);
    const own = reference(id) as string;
    if (type === 'AWS::Lambda::Version' && attributeName === 'Version') return '1';
    if (type === 'AWS::Lambda::Function') return functionArn({ Ref: id });
    if (type === 'AWS::S3::Bucket' && attributeName === 'Arn') return `arn:aws:s3:::${own}`;
    if (type === 'AWS::ApiGateway::RestApi') return `${own}/root`;
    if (attributeName !== 'Arn') return `${own}.${attributeName}`;
    const service = type.split('::')[1]?.toLowerCase();
    return `arn:aws:${service}:${REGION}:${ACCOUNT}:${String(properties['Name'] ?? own)}`;
  };

  /** A function is known by its logical id, however it is named. */
  const functionArn = (of: unknown): string => {
    const name = String(resolve(of));
    return name.startsWith('arn:') ? name : `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
  };

  const substitute = (argument: unknown): string => {
    const [text, variables] = Array.isArray(argument)
      ? (argument as [string, Record<string, unknown>])
      : [String(argument), {}];
    return text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
      if (name in variables) return String(resolve(variables[name]));
      const [id, ...path] = name.split('.') as [string, ...string[]];
      return String(path.length > 0 ? attribute(id, path.join('.')) : reference(id));
    });
  };

  const resourceAt = (id: string): Resource => {
    const resource = template.Resources[id];
    if (resource === undefined) throw new Error(`the template refers to ${id}, which is not in it`);
    return { ...resource, Properties: resource.Properties ?? {} };
  };

  return resolve(value);
}
