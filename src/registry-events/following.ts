import type { Log } from '../log.ts';
import type { ObjectStore } from '../publish/object-store.ts';
import type { RegisteredModels } from '../registry/registry-backend.ts';
import type { EventScope } from './event-scope.ts';

export interface WorkOptions {
  readonly signal?: AbortSignal;
}

/** What following MLflow's registry takes. */
export interface Following {
  /** Asked for the truth: an event only says where to look. */
  readonly mlflow: RegisteredModels;
  /** The published registry that follows. */
  readonly target: ObjectStore;
  readonly scope: EventScope;
  /** Copy a version there; nothing happens when the same is there already. */
  publish(name: string, version: string, options: WorkOptions): Promise<void>;
  readonly log: Log;
}

/** Publishing can take longer than a webhook's sender waits. */
export interface PaceOptions extends WorkOptions {
  /** `later`: say that something must be published, and leave it to somebody with more time. */
  readonly publishing: 'now' | 'later';
}

/** `needs-publishing`: nothing is done yet, do it again with more time. */
export type Applied = 'done' | 'ignored' | 'needs-publishing';
