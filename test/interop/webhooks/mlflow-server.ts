import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startMlflowServer } from '../mlflow-server.ts';
import type { ServerProcess } from '../processes.ts';

/** A real MLflow server with a SQL store, artifacts of its own, and webhooks to this machine. */
export function startMlflow(python: string, directory: string): Promise<ServerProcess> {
  return startMlflowServer({
    python,
    directory,
    environment: {
      MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: randomBytes(32)
        .toString('base64')
        .replaceAll('+', '-')
        .replaceAll('/', '_'),
      MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http,https',
      MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
      MLFLOW_WEBHOOK_CACHE_TTL: '1',
    },
  });
}

/** Register versions 1 to N of a model; `bytes` of weights make it large. */
export function logVersions(
  python: string,
  trackingUri: string,
  models: readonly { name: string; versions: number; bytes?: number }[],
): void {
  const words = models.map(({ name, versions, bytes = 4 }) => `${name}=${versions}:${bytes}`);
  execFileSync(join(python, 'python'), ['test/interop/webhooks/log_versions.py', ...words], {
    env: { ...process.env, MLFLOW_TRACKING_URI: trackingUri },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** What a data scientist does to the registry, over MLflow's REST API. */
export interface MlflowRegistry {
  setAlias(name: string, alias: string, version: string): Promise<void>;
  deleteAlias(name: string, alias: string): Promise<void>;
  setTag(name: string, version: string, key: string, value: string): Promise<void>;
  moveToStage(name: string, version: string, stage: string): Promise<void>;
  /** @returns its id */
  createWebhook(url: string, secret: string, events: readonly string[]): Promise<string>;
  changeWebhook(
    id: string,
    change: { readonly status?: string; readonly secret?: string },
  ): Promise<void>;
  versionOf(name: string, alias: string): Promise<string>;
  /** MLflow's own try of a webhook. @returns the status it got */
  testWebhook(id: string): Promise<number>;
}

export function createMlflowRegistry(serverUrl: string): MlflowRegistry {
  async function call(method: string, path: string, json?: unknown): Promise<Answer> {
    const response = await fetch(`${serverUrl}/api/2.0/mlflow${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }
  const alias = '/registered-models/alias';
  return {
    setAlias: async (name, to, version) =>
      void (await call('POST', alias, { name, alias: to, version })),
    deleteAlias: async (name, of) => void (await call('DELETE', alias, { name, alias: of })),
    setTag: async (name, version, key, value) =>
      void (await call('POST', '/model-versions/set-tag', { name, version, key, value })),
    moveToStage: async (name, version, stage) =>
      void (await call('POST', '/model-versions/transition-stage', {
        name,
        version,
        stage,
        archive_existing_versions: false,
      })),
    createWebhook: async (url, secret, events) => {
      const answer = await call('POST', '/webhooks', {
        name: 'serving',
        url,
        secret,
        events: events.map((event) => {
          const [entity, action] = event.toUpperCase().split('.');
          return { entity, action };
        }),
      });
      return String(answer.webhook?.webhook_id);
    },
    changeWebhook: async (id, change) => void (await call('PATCH', `/webhooks/${id}`, change)),
    versionOf: async (name, of) => {
      const answer = await call('GET', `${alias}?name=${name}&alias=${of}`);
      return String(answer.model_version?.version);
    },
    testWebhook: async (id) =>
      Number((await call('POST', `/webhooks/${id}/test`, {})).result?.response_status),
  };
}

interface Answer {
  readonly model_version?: { readonly version?: string };
  readonly webhook?: { readonly webhook_id?: string };
  readonly result?: { readonly response_status?: number };
}
