/** Cells of one slab: 16 KiB, for a hundred requests of one row. */
const SLAB_CELLS = 2048;

/**
 * Where the numbers of packed lists are collected.
 *
 * Small lists share a slab of memory and become views of it: a typed array of its own costs a
 * malloc (300 ns), a view 40 ns. A list that outgrows the slab moves to memory of its own.
 */
export class Cells {
  values = new Float64Array(SLAB_CELLS);
  /** Index in `values` for the next cell. */
  next = 0;
  /** Kinds of the list being read, one per slot. */
  kinds = new Uint8Array(64);

  #slab = this.values;
  #first = 0;

  /** Begin a list. */
  start(): void {
    if (this.#first > SLAB_CELLS / 2) {
      this.#slab = new Float64Array(SLAB_CELLS);
      this.#first = 0;
    }
    this.values = this.#slab;
    this.next = this.#first;
    this.kinds[0] = 0;
  }

  /** Number of cells of the list so far. */
  get count(): number {
    return this.values === this.#slab ? this.next - this.#first : this.next;
  }

  /**
   * Make room after `values` is full.
   *
   * @param expected cells the list may have in the end, by the text read so far
   */
  grow(expected: number): void {
    const count = this.count;
    const values = new Float64Array(Math.max(2 * SLAB_CELLS, 2 * count, Math.ceil(expected)));
    values.set(this.values.subarray(this.next - count, this.next));
    this.values = values;
    this.next = count;
  }

  /** Make room for the kinds of `slots` columns; those from `slot` on begin empty. */
  clearKinds(slot: number): void {
    if (slot >= this.kinds.length) {
      const kinds = new Uint8Array(2 * slot);
      kinds.set(this.kinds);
      this.kinds = kinds;
    }
    this.kinds[slot] = 0;
  }

  /** End the list and hand over its cells, as a view of memory that holds other lists' cells too. */
  take(): Float64Array {
    const { values, next, count } = this;
    if (values === this.#slab) this.#first = next;
    return values.subarray(next - count, next);
  }

  /** A copy of the kinds of the first `slots` columns. */
  takeKinds(slots: number): Uint8Array {
    const kinds = new Uint8Array(slots);
    for (let slot = 0; slot < slots; slot++) kinds[slot] = this.kinds[slot]!;
    return kinds;
  }
}
