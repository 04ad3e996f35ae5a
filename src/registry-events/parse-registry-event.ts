import { ServingError } from '../errors.ts';
import { isRecord } from '../registry/rest-fields.ts';

/** Something that may have changed in MLflow's registry. Never the truth: that is asked for. */
export type RegistryEvent =
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'tag'; readonly name: string; readonly version: string; readonly key: string };

export interface ParseEventOptions {
  /** @default 'default' - events of other workspaces are ignored */
  readonly workspace?: string | undefined;
}

/**
 * Read the body of a webhook.
 *
 * @returns `undefined` for what does not concern us: prompts, budgets, new models, tags that go, other workspaces,
 *   and whatever MLflow will think of later
 * @throws {ServingError} BAD_REQUEST for what is no webhook of MLflow's
 * @see mlflow/webhooks/types.py
 */
export function parseRegistryEvent(
  body: string | Uint8Array,
  { workspace = 'default' }: ParseEventOptions = {},
): RegistryEvent | undefined {
  const value = parseJson(body);
  const { entity, action, data } = value;
  if (typeof entity !== 'string' || typeof action !== 'string' || !isRecord(data)) {
    throw malformed('"entity" and "action" must be texts, "data" an object');
  }
  if (typeof value['workspace'] === 'string' && value['workspace'] !== workspace) return undefined;
  switch (`${entity}.${action}`) {
    case 'model_version_alias.created':
    case 'model_version_alias.deleted':
      return { kind: 'alias', name: text(data, 'name'), alias: text(data, 'alias') };
    case 'model_version.created':
      return { kind: 'version', name: text(data, 'name'), version: versionOf(data) };
    case 'model_version_tag.set':
      return {
        kind: 'tag',
        name: text(data, 'name'),
        version: versionOf(data),
        key: text(data, 'key'),
      };
    default:
      return undefined;
  }
}

function parseJson(body: string | Uint8Array): Record<string, unknown> {
  try {
    const json = typeof body === 'string' ? body : new TextDecoder().decode(body);
    const value: unknown = JSON.parse(json);
    if (isRecord(value)) return value;
  } catch (cause) {
    throw malformed('it is not JSON', cause);
  }
  throw malformed('it is not a JSON object');
}

function text(data: Record<string, unknown>, key: string): string {
  const value = data[key];
  if (typeof value === 'string' && value !== '' && value.isWellFormed()) return value;
  throw malformed(`"data.${key}" must be a text`);
}

/** MLflow writes it as a text; a number is taken, too. */
function versionOf(data: Record<string, unknown>): string {
  const version = String(data['version']);
  if (/^[1-9]\d{0,8}$/.test(version)) return version;
  throw malformed('"data.version" must be the number of a version');
}

const malformed = (what: string, cause?: unknown): ServingError =>
  new ServingError('BAD_REQUEST', `the body is no registry webhook of MLflow's: ${what}`, {
    cause,
  });
