/** What S3 takes at least as a part that is not the last; bytes. */
const FIRST_PART_BYTES = 8 * 2 ** 20;
/** S3 takes 10,000 parts: each thousand is of parts twice as large, so that an object may have terabytes. */
const PARTS_OF_A_SIZE = 1_000;
const PARTS_AT_ONCE = 3;

export interface PartQueue {
  /** Resolves when more may be added. @throws what a part before has thrown */
  add(bytes: Uint8Array): Promise<void>;
  /**
   * Send the last part and wait for all.
   *
   * @returns all bytes when they are no more than one part: nothing was sent then
   */
  end(): Promise<Uint8Array | undefined>;
  /** Send nothing more, and wait for what is under way. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Gather bytes to parts and send them, a few at a time.
 *
 * @param send numbers count from 1
 */
export function createPartQueue(
  send: (number: number, bytes: Uint8Array) => Promise<void>,
): PartQueue {
  const underWay = new Set<Promise<void>>();
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let sentParts = 0;
  let failure: { readonly error: unknown } | undefined;

  async function start(bytes: Uint8Array): Promise<void> {
    while (underWay.size >= PARTS_AT_ONCE) await Promise.race(underWay);
    if (failure) throw failure.error;
    sentParts += 1;
    const sending = send(sentParts, bytes)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  }

  function take(sizeBytes: number): Uint8Array {
    const all = Buffer.concat(gathered);
    const rest = all.subarray(sizeBytes);
    gathered = rest.length > 0 ? [rest] : [];
    gatheredBytes = rest.length;
    return all.subarray(0, sizeBytes);
  }

  return {
    async add(bytes) {
      if (failure) throw failure.error;
      gathered.push(bytes);
      gatheredBytes += bytes.length;
      for (;;) {
        const partBytes = FIRST_PART_BYTES * 2 ** Math.floor(sentParts / PARTS_OF_A_SIZE);
        // Not at once when it is full: what may be the whole object goes in one request.
        if (gatheredBytes <= partBytes) return;
        await start(take(partBytes));
      }
    },
    async end() {
      const rest = take(gatheredBytes);
      if (sentParts === 0) return rest;
      await start(rest);
      await Promise.all(underWay);
      if (failure) throw failure.error;
      return undefined;
    },
    async stop() {
      failure ??= { error: new Error('writing was stopped') };
      await Promise.all(underWay);
    },
  };
}
