import type { Lease, LoadedModel } from './loaded-model.ts';
import type { OpenModels, Slot } from './open-models.ts';

/** A class, not a closure: one small allocation per request. */
export class ModelLease implements Lease {
  readonly model: LoadedModel;
  readonly #models: OpenModels;
  #slot: Slot | undefined;

  /** @param slot with one lease taken for this object */
  constructor(models: OpenModels, slot: Slot) {
    this.model = slot.model;
    this.#models = models;
    this.#slot = slot;
  }

  release(): void {
    const slot = this.#slot;
    if (slot === undefined) return;
    this.#slot = undefined;
    this.#models.release(slot);
  }
}
