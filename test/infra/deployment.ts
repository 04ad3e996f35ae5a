import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveIntrinsics } from './resolve-intrinsics.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** A synthesized stack as if it were deployed: every resource has a name, every reference a value. */
export interface Deployment {
  readonly template: Template;
  /** Resources of a type by logical id, their references replaced. */
  all<Properties>(type: string): Map<string, Properties>;
  output(name: string): string;
  /** The file of an asset, by its key in the bucket of the bootstrap stack. */
  asset(key: string): string;
}

/**
 * Read one stack of a cloud assembly.
 *
 * Names are the logical ids; only a bucket gets the name of one that is there.
 *
 * @param directory cdk.out
 */
export function readDeployment(directory: string, stack: string, bucket: string): Deployment {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8'));
  const template = read(`${stack}.template.json`) as Template;
  const { files } = read(`${stack}.assets.json`) as {
    files: Record<
      string,
      { source: { path: string }; destinations: Record<string, { objectKey: string }> }
    >;
  };
  const paths = new Map(
    Object.values(files).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, source.path] as const),
    ),
  );
  const names = Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, { Type: type }]) => type === 'AWS::S3::Bucket')
      .map(([id]) => [id, bucket]),
  );
  return {
    template,
    all: <Properties>(type: string) =>
      new Map(
        Object.entries(template.Resources)
          .filter(([, resource]) => resource.Type === type)
          .map(([id, { Properties: properties = {} }]) => [
            id,
            resolveIntrinsics(properties, template, names) as Properties,
          ]),
      ),
    output: (name) => {
      const output = template.Outputs?.[name];
      if (output === undefined) throw new Error(`the stack has no output ${name}`);
      return String(resolveIntrinsics(output.Value, template, names));
    },
    asset: (key) => {
      const path = paths.get(key);
      if (path === undefined) throw new Error(`the assembly has no asset ${key}`);
      return join(directory, path);
    },
  };
}

/** What belongs to one REST API of a stack that has several. */
export const ofApi = (deployment: Deployment, apiId: string): Deployment => ({
  ...deployment,
  all: <Properties>(type: string) =>
    new Map(
      [...deployment.all<Properties & { RestApiId?: string }>(type)].filter(
        ([id, { RestApiId: owner }]) =>
          type === 'AWS::ApiGateway::RestApi' ? id === apiId : (owner ?? apiId) === apiId,
      ),
    ),
});
