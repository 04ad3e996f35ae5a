import { ServingError } from '../../src/errors.ts';
import type { ModelRegistry, ModelVersion } from '../../src/registry/model-registry.ts';
import type { ModelLoader, OpenModel } from '../../src/serving/model-loader.ts';
import type { ExampleStatus, Telemetry, TelemetryEvent } from '../../src/telemetry.ts';
import { mlmodelOf } from './model-directory.ts';

export const version = (number: number | string, name = 'wine'): ModelVersion => ({
  name,
  version: String(number),
  source: `s3://bucket/${name}/${number}`,
  tags: {},
});

/** A registry in memory: aliases can be moved, and it can be down or never answer. */
export interface FakeRegistry extends ModelRegistry {
  readonly versionByUri: Map<string, ModelVersion>;
  error: unknown;
  isHanging: boolean;
  lookups: number;
}

export function createFakeRegistry(versionByUri: Record<string, ModelVersion> = {}): FakeRegistry {
  const registry: FakeRegistry = {
    versionByUri: new Map(Object.entries(versionByUri)),
    error: undefined,
    isHanging: false,
    lookups: 0,
    async resolve(uri) {
      registry.lookups++;
      if (registry.isHanging) await new Promise(() => {});
      await Promise.resolve();
      if (registry.error !== undefined) throw registry.error;
      const found = registry.versionByUri.get(uri);
      if (found === undefined) {
        throw new ServingError('RESOURCE_DOES_NOT_EXIST', `there is no ${uri}`);
      }
      return found;
    },
  };
  return registry;
}

/** One model that the fake loader opened. */
export interface FakeModel {
  readonly version: ModelVersion;
  isOpen: boolean;
  closes: number;
}

/** Opens models that answer with their own version; says what is open, and refuses to predict after the end. */
export interface FakeLoader extends ModelLoader {
  readonly opened: FakeModel[];
  /** Versions that cannot be opened. */
  readonly broken: Set<string>;
  readonly example: Map<string, ExampleStatus>;
  /** Bytes by `name/version`. @default 100 */
  readonly bytes: Map<string, number>;
  /** Loads wait for it. */
  gate: Promise<void>;
}

export function createFakeLoader(): FakeLoader {
  const loader: FakeLoader = {
    opened: [],
    broken: new Set(),
    example: new Map(),
    bytes: new Map(),
    gate: Promise.resolve(),
    async load(of, { makeRoom } = {}) {
      await loader.gate;
      const key = `${of.name}/${of.version}`;
      if (loader.broken.has(of.version)) {
        throw new ServingError('TEMPORARILY_UNAVAILABLE', `version ${of.version} is broken`);
      }
      const residentBytes = loader.bytes.get(key) ?? 100;
      makeRoom?.(residentBytes);
      return openFake(loader, of, residentBytes);
    },
  };
  return loader;
}

function openFake(loader: FakeLoader, of: ModelVersion, residentBytes: number): OpenModel {
  const model: FakeModel = { version: of, isOpen: true, closes: 0 };
  loader.opened.push(model);
  const close = async (): Promise<void> => {
    model.isOpen = false;
    model.closes++;
  };
  return {
    version: of,
    mlmodel: {
      ...mlmodelOf({}),
    },
    predictor: {
      kind: 'parsed',
      async predict() {
        if (!model.isOpen) throw new Error('predict after release');
        return of.version;
      },
      release: close,
    },
    residentBytes,
    example: loader.example.get(of.version) ?? 'passed',
    close,
  };
}

/** Remembers every event. */
export function createRecordingTelemetry(): Telemetry & { readonly events: TelemetryEvent[] } {
  const events: TelemetryEvent[] = [];
  return { events, emit: (event) => events.push(event) };
}

/** Let everything run that waits for no timer. */
export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
