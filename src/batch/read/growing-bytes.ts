/** Bytes that come at one end and go at the other. */
export interface GrowingBytes {
  add(piece: Uint8Array): void;
  /** All of them, joined. Views of it stay as they are. */
  bytes(): Uint8Array;
  drop(count: number): void;
  /** Whether enough came since the last look that looking again is cheap. */
  isWorthALook(): boolean;
}

/** @param lookBytes that are worth a look */
export function createGrowingBytes(lookBytes: number): GrowingBytes {
  let joined: Uint8Array = new Uint8Array(0);
  let added: Uint8Array[] = [];
  let addedBytes = 0;
  return {
    add(piece) {
      added.push(piece);
      addedBytes += piece.length;
    },
    bytes() {
      if (added.length > 0) {
        // A plain view: `slice` of a Buffer does not copy.
        const { buffer, byteOffset, length } = Buffer.concat([joined, ...added]);
        joined = new Uint8Array(buffer, byteOffset, length);
        added = [];
        addedBytes = 0;
      }
      return joined;
    },
    drop(count) {
      joined = joined.subarray(count);
    },
    // A row that does not end is looked through again only when there is as much again of it.
    isWorthALook: () => addedBytes >= Math.max(lookBytes, joined.length / 2),
  };
}
