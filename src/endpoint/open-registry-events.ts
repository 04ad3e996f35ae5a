import type { EventsConfiguration } from '../config/events-configuration.ts';
import { VARIABLES } from '../config/variables.ts';
import { ServingError } from '../errors.ts';
import type { HttpHandler } from '../http/http-message.ts';
import { createInvokeLater } from '../http-client/invoke-function.ts';
import { createMlflowHttpClient } from '../http-client/mlflow-http-client.ts';
import type { Log } from '../log.ts';
import { openObjectStore } from '../publish/open-object-store.ts';
import { canonicalStage } from '../registry/missing-version.ts';
import { parseModelUri } from '../registry/model-uri.ts';
import type { Stage } from '../registry/registry-backend.ts';
import { createRestRegistry } from '../registry/rest-registry.ts';
import { applyRegistryEvent } from '../registry-events/apply-registry-event.ts';
import { createDeliveries } from '../registry-events/deliveries.ts';
import type { EventScope } from '../registry-events/event-scope.ts';
import {
  createEventsHandler,
  type Received,
  type WebhookSecrets,
} from '../registry-events/events-handler.ts';
import type { Following, WorkOptions } from '../registry-events/following.ts';
import { findHandedOver, handOver, isScheduled } from '../registry-events/hand-over.ts';
import type { RegistryEvent } from '../registry-events/parse-registry-event.ts';
import { reconcile } from '../registry-events/reconcile.ts';
import { rememberRefused } from '../registry-events/refused-versions.ts';
import { openSecrets } from './open-secrets.ts';
import { publishModel } from './publish-model.ts';

export interface RegistryEventsOptions {
  readonly configuration: EventsConfiguration;
  readonly webhookSecrets: WebhookSecrets;
  readonly log: Log;
}

/** Work that came with a platform's event and not over HTTP. */
export type Task = (options: WorkOptions) => Promise<void>;

/** What keeps a published registry in step with MLflow. */
export interface RegistryEvents {
  /** Answers MLflow's webhooks. */
  readonly answer: HttpHandler;
  /**
   * The work for an event of the platform: what a webhook handed over, or a schedule; `undefined` for any other.
   *
   * @throws {ServingError} as task: what must be tried again
   */
  findTask(event: unknown): Task | undefined;
  /** Bring the published registry in step with MLflow, whatever webhooks came. @throws {ServingError} as task */
  readonly followAll: Task;
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE for a place or a variable that cannot be understood */
export async function openRegistryEvents(options: RegistryEventsOptions): Promise<RegistryEvents> {
  const { configuration, webhookSecrets, log } = options;
  const { serverUrl, publishTo, functionName, workspace, environment } = configuration;
  const target = await openObjectStore(publishTo, environment);
  const client = createMlflowHttpClient(environment, {
    secrets: openSecrets(environment),
  });
  const following: Following = {
    mlflow: createRestRegistry({ serverUrl, client }),
    target,
    scope: scopeOf(configuration),
    publish: async (name, version, { signal }) => {
      const modelUri = `models:/${name}/${version}`;
      const { outcome } = await publishModel({
        modelUri,
        // No Python here: a model of another flavor is refused for good, with the reason.
        environment: { ...environment, [VARIABLES.runtime.name]: 'node' },
        target,
        ...(signal && { signal }),
      });
      log.info(`${modelUri} is ${outcome}`);
    },
    log,
  };
  const deliveries = createDeliveries({ store: target });
  const invokeLater =
    functionName === undefined ? undefined : createInvokeLater(functionName, environment);

  async function receive(event: RegistryEvent, work: WorkOptions): Promise<Received> {
    const publishing = invokeLater ? 'later' : 'now';
    const applied = await applyRegistryEvent(following, event, { ...work, publishing });
    if (applied !== 'needs-publishing') return applied;
    await invokeLater?.(handOver(event), work);
    return 'accepted';
  }

  async function applyNow(event: RegistryEvent, work: WorkOptions): Promise<void> {
    const outcome = await applyRegistryEvent(following, event, { ...work, publishing: 'now' });
    log.info('registry event, handed over', { ...event, outcome });
  }

  const scheduled = { ...following, publish: rememberRefused(following.publish) };

  async function followAll(work: WorkOptions): Promise<void> {
    await reconcile(scheduled, work);
    await deliveries.sweep(work);
  }

  return {
    answer: createEventsHandler({ secrets: webhookSecrets, deliveries, receive, workspace, log }),
    followAll,
    findTask(event) {
      if (isScheduled(event)) return followAll;
      const handedOver = findHandedOver(event);
      return handedOver && ((work) => applyNow(handedOver, work));
    },
  };
}

const STAGES_IN_USE: readonly Stage[] = ['Staging', 'Production'];

/**
 * The model that is named limits what is followed to it; its stage is followed from the start.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a URI that names no registered model
 */
function scopeOf({ modelUri, publishOn, aliases }: EventsConfiguration): EventScope {
  const common = { publishOn, aliases };
  // Aliases that are named say what is wanted: stages only where somebody has published one.
  const stages: Stage[] = aliases === undefined ? [...STAGES_IN_USE] : [];
  if (modelUri === undefined) return { ...common, stages: new Set(stages) };
  const uri = parseModelUri(modelUri);
  if (uri.kind === 'files' || uri.kind === 'run' || uri.kind === 'logged-model') {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `${modelUri.slice(0, 80)} names no registered model; webhooks are about those: models:/<name>@<alias>`,
    );
  }
  if (uri.kind === 'stage') stages.push(canonicalStage(uri.name, uri.stage));
  return { ...common, model: uri.name, stages: new Set(stages) };
}
