import { parseModelUri } from '../../../src/registry/model-uri.ts';
import { modelFolder } from '../../../src/registry/published-layout.ts';

/**
 * The registered name in a model URI.
 *
 * @throws {Error} when it does not name a registered model: the role is narrowed down to one
 */
export function registeredName(modelUri: string): string {
  const uri = parseModelUri(modelUri);
  if ('name' in uri && uri.kind !== 'files') return uri.name;
  throw new Error(
    `modelUri must name a registered model, models:/<name>@<alias> or models:/<name>/<version>, got ${modelUri}`,
  );
}

/** The folder of a model (or, without a name, of all) in a bucket, without a slash at its end. */
export const modelPrefix = (prefix: string, name?: string): string =>
  inFolder(prefix, name === undefined ? 'models' : modelFolder(name));

export const inFolder = (prefix: string, key: string): string =>
  prefix === '' ? key : `${prefix}/${key}`;

/**
 * A key as a part of a policy, where `*`, `?` and `$` have a meaning of their own. A model's name may have a `*`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html, "special characters"
 */
export const literalInPolicy = (key: string): string => key.replace(/[*?$]/g, '$${$&}');
