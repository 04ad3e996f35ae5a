/** Cells of one slab: 16 KiB, for a hundred requests of one row. */
const SLAB_CELLS = 2048;

/** Columns of a table without an allocation. */
const FEW_SLOTS = 64;

/**
 * Where the numbers of a packed list are collected.
 *
 * Small lists share a slab of memory and become views of it: a typed array of its own costs a
 * malloc (300 ns), a view 40 ns. A list that outgrows the slab moves to memory of its own.
 */
export class Cells {
  values = new Float64Array(SLAB_CELLS);
  /** Index in `values` for the next cell. */
  next = 0;
  /** Kinds of the cells by slot: one per column of a table, one for all of another list. */
  kinds = new Uint8Array(FEW_SLOTS);
  /** 1 when each cell of a row has a slot of its own, else 0. */
  slotStep = 0;

  #slab = this.values;
  /** Index in the slab of the list's first cell. */
  #first = 0;
  #textStart = 0;
  #textEnd = 0;

  /**
   * Begin a list.
   *
   * @param textStart where in the text it begins, and with `textEnd` how much may follow: for `grow`
   */
  start(slotStep: number, textStart: number, textEnd: number): void {
    if (this.#first > SLAB_CELLS / 2) {
      this.#slab = new Float64Array(SLAB_CELLS);
      this.#first = 0;
    }
    this.values = this.#slab;
    this.next = this.#first;
    if (this.kinds.length > FEW_SLOTS) this.kinds = new Uint8Array(FEW_SLOTS);
    else this.kinds.fill(0);
    this.slotStep = slotStep;
    this.#textStart = textStart;
    this.#textEnd = textEnd;
  }

  /** Number of cells of the list so far. */
  get count(): number {
    return this.values === this.#slab ? this.next - this.#first : this.next;
  }

  /** Index in `values` up to which there is room, when the next cell counts for `slot`. */
  roomEnd(slot: number): number {
    if (this.slotStep === 0) return this.values.length;
    return Math.min(this.values.length, this.next + this.kinds.length - slot);
  }

  /**
   * Make room for another cell, and for the kind of it.
   *
   * @param at where in the text the cell is: the rest is taken to look like the part before it
   */
  grow(at: number, slot: number): void {
    if (this.next === this.values.length) {
      const { count } = this;
      const text = this.#textEnd - this.#textStart;
      const expected = (1.02 * count * text) / (at - this.#textStart);
      const values = new Float64Array(Math.max(2 * count, Math.ceil(expected)));
      values.set(this.values.subarray(this.next - count, this.next));
      this.values = values;
      this.next = count;
    }
    if (slot === this.kinds.length) {
      const kinds = new Uint8Array(2 * this.kinds.length);
      kinds.set(this.kinds);
      this.kinds = kinds;
    }
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
