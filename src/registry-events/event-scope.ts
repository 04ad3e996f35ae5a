import type { Stage } from '../registry/registry-backend.ts';

/** What makes a version worth publishing: an alias or stage that is set to it, its creation, or its tag. */
export type PublishOn = 'alias' | 'version' | 'tag';

/** Setting this tag of a version to `true` publishes it. */
export const PUBLISH_TAG = 'mlflow-serverless.publish';

/** Which part of MLflow's registry is followed. */
export interface EventScope {
  readonly publishOn: ReadonlySet<PublishOn>;
  /** Only this model; undefined for every one. */
  readonly model?: string | undefined;
  /** Only these aliases; undefined for every one. */
  readonly aliases?: ReadonlySet<string> | undefined;
  /** Stages that are followed though nothing points to them yet. */
  readonly stages: ReadonlySet<Stage>;
}

export const hasModel = ({ model }: EventScope, name: string): boolean =>
  model === undefined || model === name;

export const hasAlias = ({ aliases }: EventScope, alias: string): boolean =>
  aliases === undefined || aliases.has(alias);
