import { ServingError } from '../errors.ts';
import { encodeQuery } from '../http-client/encode-rfc3986.ts';
import type { HttpCall, HttpClient } from '../http-client/http-client.ts';
import { findHttpProblem } from '../http-client/http-problem.ts';
import type { ResolveOptions } from './model-registry.ts';
import type { LoggedModelRecord, RegistryBackend, VersionPointer } from './registry-backend.ts';
import { isRecord, readList, readTags, readText } from './rest-fields.ts';

export interface RestRegistryOptions {
  /** The server's URL, with its path prefix if it has one. */
  readonly serverUrl: string;
  readonly client: HttpClient;
}

/** A run has few models of one name; more pages than this are a server gone wrong. */
const MAX_PAGES = 100;
const ALIAS_PATH = '/registered-models/alias';

/**
 * Read an MLflow tracking server over its REST API.
 *
 * @see mlflow/store/model_registry/rest_store.py, mlflow/server/handlers.py
 */
export function createRestRegistry({ serverUrl, client }: RestRegistryOptions): RegistryBackend {
  const base = apiBase(serverUrl);

  async function call(
    path: string,
    query: Readonly<Record<string, string>>,
    options: ResolveOptions & HttpCall,
  ): Promise<Record<string, unknown>> {
    const url = new URL(`${base}${path}`);
    url.search = encodeQuery(query);
    const answer = await client.json(url, options);
    if (isRecord(answer)) return answer;
    throw unexpected(path);
  }

  /** `undefined` when the server says that it is not there. */
  async function find(
    path: string,
    query: Readonly<Record<string, string>>,
    options: ResolveOptions,
  ): Promise<Record<string, unknown> | undefined> {
    try {
      return await call(path, query, options);
    } catch (error) {
      const problem = findHttpProblem(error);
      if (problem?.kind === 'not-found') return undefined;
      // MLflow answers 400, not 404, for an alias that a model does not have.
      const isAlias =
        path === ALIAS_PATH && problem?.details.errorCode === 'INVALID_PARAMETER_VALUE';
      if (isAlias) return undefined;
      throw error;
    }
  }

  return {
    async findModel(name, options) {
      const answer = await find('/registered-models/get', { name }, options);
      if (answer === undefined) return undefined;
      const model = answer['registered_model'];
      const aliases = readList(model, 'aliases').map((item) => readText(item, 'alias'));
      return { aliases, tags: readTags(model) };
    },

    async findAlias(name, alias, options) {
      const answer = await find(ALIAS_PATH, { name, alias }, options);
      return answer && pointerFrom(answer['model_version'], ALIAS_PATH);
    },

    async findLatest(name, stage, options) {
      const path = '/registered-models/get-latest-versions';
      const answer = await find(path, { name, ...(stage && { stages: stage }) }, options);
      return readList(answer, 'model_versions')
        .map((item) => pointerFrom(item, path))
        .reduce<VersionPointer | undefined>(higher, undefined);
    },

    async findVersion(name, pointer, options) {
      const query = { name, version: pointer.version };
      const path = '/model-versions/get-download-uri';
      const [place, details] = await Promise.all([
        find(path, query, options),
        pointer.tags === undefined ? find('/model-versions/get', query, options) : undefined,
      ]);
      if (place === undefined) return undefined;
      const location = readText(place, 'artifact_uri');
      if (location === '') throw unexpected(path);
      const known = pointer.tags === undefined ? factsOf(details?.['model_version']) : pointer;
      return { location, ...runOf(known), tags: known.tags ?? {} };
    },

    async findLoggedModel(modelId, options) {
      const path = `/logged-models/${encodeURIComponent(modelId)}`;
      const answer = await find(path, {}, options);
      return answer && loggedModelFrom(answer['model'], '/logged-models');
    },

    async findRun(runId, options) {
      const answer = await find('/runs/get', { run_id: runId }, options);
      if (answer === undefined) return undefined;
      const run = answer['run'];
      const info = isRecord(run) ? run['info'] : undefined;
      const location = readText(info, 'artifact_uri');
      if (location === '') throw unexpected('/runs/get');
      return { experimentId: readText(info, 'experiment_id'), location };
    },

    async findLoggedModelOfRun(run, name, options) {
      let pageToken = '';
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const answer = await searchLoggedModels(run.experimentId, name, pageToken, options);
        const found = readList(answer, 'models')
          .filter((model) => isRecord(model) && sourceRunOf(model) === run.runId)
          .at(0);
        if (found !== undefined) return loggedModelFrom(found, '/logged-models/search');
        pageToken = readText(answer, 'next_page_token');
        if (pageToken === '') return undefined;
      }
      return undefined;
    },
  };

  async function searchLoggedModels(
    experimentId: string,
    name: string,
    pageToken: string,
    options: ResolveOptions,
  ): Promise<Record<string, unknown> | undefined> {
    const json = {
      experiment_ids: [experimentId],
      filter: `name = '${name}'`,
      ...(pageToken !== '' && { page_token: pageToken }),
    };
    try {
      return await call('/logged-models/search', {}, { ...options, method: 'POST', json });
    } catch (error) {
      // A server before MLflow 3 has no such page: its runs keep their models themselves.
      if (findHttpProblem(error)?.details.status === 404) return undefined;
      throw error;
    }
  }
}

/** Where a server's REST API begins. */
export function apiBase(serverUrl: string): string {
  const url = new URL(serverUrl);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/api/2.0/mlflow`;
}

function pointerFrom(modelVersion: unknown, path: string): VersionPointer {
  const version = readText(modelVersion, 'version');
  if (version === '') throw unexpected(path);
  return { version, ...factsOf(modelVersion) };
}

const factsOf = (modelVersion: unknown): Pick<VersionPointer, 'tags' | 'runId'> => ({
  tags: readTags(modelVersion),
  ...runOf({ runId: readText(modelVersion, 'run_id') }),
});

const runOf = ({ runId }: Pick<VersionPointer, 'runId'>): Pick<VersionPointer, 'runId'> =>
  runId ? { runId } : {};

function higher(best: VersionPointer | undefined, next: VersionPointer): VersionPointer {
  return best === undefined || Number(next.version) > Number(best.version) ? next : best;
}

const sourceRunOf = (model: Record<string, unknown>): string =>
  readText(model['info'], 'source_run_id');

function loggedModelFrom(model: unknown, path: string): LoggedModelRecord {
  const info = isRecord(model) ? model['info'] : undefined;
  const modelId = readText(info, 'model_id');
  const location = readText(info, 'artifact_uri');
  if (modelId === '' || location === '') throw unexpected(path);
  return { modelId, location, name: readText(info, 'name') || modelId, tags: readTags(info) };
}

const unexpected = (path: string): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `the tracking server answered ${path} with JSON that is not MLflow's; is MLFLOW_TRACKING_URI right?`,
  );
