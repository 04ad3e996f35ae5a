import type { HttpClient } from '../http-client/http-client.ts';
import { isNoModel, missing } from '../registry/missing-version.ts';
import { isPrompt } from '../registry/prompt.ts';
import type { Stage } from '../registry/registry-backend.ts';
import { isRecord, readText } from '../registry/rest-fields.ts';
import { apiBase, createRestRegistry } from '../registry/rest-registry.ts';
import type { PointerMove } from './move-pointer.ts';
import { checkPointerName, checkVersion, type PointerName } from './pointer.ts';
import type { PointerRemoval } from './remove-pointer.ts';

export interface MlflowServer {
  /** With its path prefix, if it has one. */
  readonly serverUrl: string;
  readonly client: HttpClient;
}

export interface MlflowMove extends PointerName {
  readonly version: string;
  readonly signal?: AbortSignal;
}

export interface MlflowRemoval extends PointerName {
  /** Remove only if it names this version now. @default whatever it names */
  readonly onlyFrom?: string;
  readonly signal?: AbortSignal;
}

/** MLflow clears other stages of their versions only on the way to these. */
const ACTIVE_STAGES: ReadonlySet<string> = new Set(['Staging', 'Production']);

/**
 * Move aliases and stages on an MLflow server, with the results that a published registry gives.
 *
 * The server has no conditional writes and no history: of two who move an alias at once, the last one wins, and
 * nothing can be rolled back.
 *
 * @see mlflow/store/model_registry/rest_store.py, `set_registered_model_alias`, `transition_model_version_stage`
 */
export function createMlflowPointers({ serverUrl, client }: MlflowServer) {
  const base = apiBase(serverUrl);
  const registry = createRestRegistry({ serverUrl, client });

  const change = (method: 'POST' | 'DELETE', path: string, json: unknown, options: CallOptions) =>
    client.json(`${base}${path}`, { ...options, method, json });

  async function findPointed({ name, kind, pointer }: PointerName, options: CallOptions) {
    const found =
      kind === 'alias'
        ? await registry.findAlias(name, pointer, options)
        : await registry.findLatest(name, pointer as Stage, options);
    return found?.version ?? null;
  }

  async function checkThere(name: string, version: string, options: CallOptions): Promise<void> {
    const found = await registry.findVersion(name, { version }, options);
    if (found === undefined) {
      throw await missing(registry, { kind: 'version', name, version }, undefined, options);
    }
    if (isPrompt(found.tags)) throw isNoModel(name);
  }

  async function stageOf(name: string, version: string, options: CallOptions): Promise<string> {
    const url = new URL(`${base}/model-versions/get`);
    url.search = String(new URLSearchParams({ name, version }));
    const answer = await client.json(url, options);
    return readText(isRecord(answer) ? answer['model_version'] : undefined, 'current_stage');
  }

  const toStage = (name: string, version: string, stage: string, options: CallOptions) =>
    change(
      'POST',
      '/model-versions/transition-stage',
      { name, version, stage, archive_existing_versions: ACTIVE_STAGES.has(stage) },
      options,
    );

  return {
    /**
     * Point an alias or a stage to a version. A stage that counts (Staging, Production) then holds it alone: MLflow takes the
     * highest version of a stage, so an older one would not be found beside it.
     *
     * @throws {ServingError} INVALID_PARAMETER_VALUE for names that cannot be, RESOURCE_DOES_NOT_EXIST for a model or a version that is
     *   not there; as `HttpClient`
     */
    async move({ signal, ...move }: MlflowMove): Promise<PointerMove> {
      const options = signal ? { signal } : {};
      const { name, kind, pointer } = checkPointerName(move);
      const version = checkVersion(move.version);
      await checkThere(name, version, options);
      const from = await findPointed({ name, kind, pointer }, options);
      const result = { from, to: version, sequence: undefined };
      if (from === version) return { outcome: 'already-there', ...result };
      if (kind === 'stage') await toStage(name, version, pointer, options);
      else {
        const alias = { name, alias: pointer, version };
        await change('POST', '/registered-models/alias', alias, options);
      }
      return { outcome: 'moved', ...result };
    },

    /** Remove an alias, or take a version out of its stage: it is then in none. @throws {ServingError} as `move` */
    async remove({ signal, onlyFrom, ...removal }: MlflowRemoval): Promise<PointerRemoval> {
      const options = signal ? { signal } : {};
      const { name, kind, pointer } = checkPointerName(removal);
      const from = await findPointed({ name, kind, pointer }, options);
      const result = { from, to: from, sequence: undefined };
      if (from === null) return { outcome: 'already-gone', ...result };
      const version = onlyFrom === undefined ? from : checkVersion(onlyFrom);
      if (kind === 'alias') {
        if (version !== from) return { outcome: 'not-as-expected', ...result };
        await change('DELETE', '/registered-models/alias', { name, alias: pointer }, options);
        return { outcome: 'moved', ...result, to: null };
      }
      await checkThere(name, version, options);
      if ((await stageOf(name, version, options)) !== pointer) {
        return { outcome: 'not-as-expected', ...result };
      }
      await toStage(name, version, 'None', options);
      const to = await findPointed({ name, kind, pointer }, options);
      return { outcome: 'moved', ...result, from: version, to };
    },
  };
}

interface CallOptions {
  readonly signal?: AbortSignal;
}
