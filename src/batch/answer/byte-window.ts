/** Bytes that come at one end and go at the other, always in the same memory. */
export interface ByteWindow {
  add(piece: Uint8Array): void;
  /** All of them; of use until the next `add`. */
  bytes(): Uint8Array;
  drop(count: number): void;
  /** Whether so much came since `bytes` was called last that looking again is cheap. */
  isWorthALook(): boolean;
}

/** @param lookBytes that are worth a look */
export function createByteWindow(lookBytes: number): ByteWindow {
  let buffer = new Uint8Array(2 * lookBytes);
  let start = 0;
  let end = 0;
  let unseen = 0;

  function makeRoom(count: number): void {
    if (end + count <= buffer.length) return;
    const held = buffer.subarray(start, end);
    // At least half of it is free afterwards: what is held is moved seldom.
    const needed = 2 * (held.length + count);
    if (needed > buffer.length) buffer = new Uint8Array(needed);
    buffer.set(held);
    end = held.length;
    start = 0;
  }

  return {
    add(piece) {
      makeRoom(piece.length);
      buffer.set(piece, end);
      end += piece.length;
      unseen += piece.length;
    },
    bytes() {
      unseen = 0;
      return buffer.subarray(start, end);
    },
    drop(count) {
      start += count;
    },
    // A row that does not end is looked through again only when there is as much again of it.
    isWorthALook: () => unseen >= Math.max(lookBytes, (end - start - unseen) / 2),
  };
}
