import type { ModelInput } from '../../src/model/model-input.ts';
import type { ModelOutput } from '../../src/model/model-output.ts';
import type { ParsedPredictor } from '../../src/predictor/predictor.ts';
import type { LoadedModel, ModelCache } from '../../src/serving/loaded-model.ts';
import { mlmodelOf } from './model-directory.ts';

export interface FakeCacheOptions {
  readonly name?: string;
  readonly version?: string;
  /** @default returns null */
  readonly predict?: ParsedPredictor['predict'];
  /** Every `acquire` rejects with it. */
  readonly failure?: Error;
  /** `acquire` waits for it. */
  readonly gate?: Promise<void>;
}

export interface FakeCache extends ModelCache {
  openLeases(): number;
}

/** A cache with one model that is always open and has no signature. */
export function createFakeCache(options: FakeCacheOptions = {}): FakeCache {
  const { name = 'wine', version = '7', gate, failure } = options;
  const predict = options.predict ?? ((_: ModelInput): ModelOutput => null);
  let openLeases = 0;
  const model: LoadedModel = {
    version: { name, version, source: 'file:/models/wine', tags: {} },
    mlmodel: {
      ...mlmodelOf({ onnx: {} }),
    },
    predictor: { kind: 'parsed', predict, release: async () => {} },
    residentBytes: 0,
  };
  return {
    acquire: async () => {
      await gate;
      if (failure) throw failure;
      openLeases++;
      return {
        model,
        release: () => {
          openLeases--;
        },
      };
    },
    close: async () => {},
    openLeases: () => openLeases,
  };
}
