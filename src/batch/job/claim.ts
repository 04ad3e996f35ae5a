import { createProcessMark } from '../../serving/process-mark.ts';
import type { BatchOutput } from '../batch-output.ts';

/** A job that this run has to itself, as far as that can be had: two runs of one job are a waste, never a fault. */
export interface Claim {
  /** Never rejects. */
  release(): Promise<void>;
}

/** Another run is at it. */
export interface HeldClaim {
  readonly heldUntilMs: number;
}

interface ClaimText {
  readonly owner: string;
  /** Milliseconds since 1970, by the owner's clock. */
  readonly untilMs: number;
}

/** How often a claim is renewed within its lease. */
const RENEWALS = 3;
/** Conditional writes that met others in a row. */
const ATTEMPTS = 3;

/**
 * Take a job, unless a living run has it. The claim is renewed until it is released; of a run that was killed it ends by itself.
 *
 * @param leaseMs how long a claim holds without being renewed
 * @throws {ServingError} as `BatchOutput.write`: an output that cannot be written to is found before anything is scored
 */
export async function takeClaim(
  output: BatchOutput,
  key: string,
  leaseMs: number,
): Promise<Claim | HeldClaim> {
  const owner = createProcessMark();
  const encode = () => {
    const text: ClaimText = { owner, untilMs: Date.now() + leaseMs };
    return Buffer.from(JSON.stringify(text));
  };
  let heldUntilMs = Date.now() + leaseMs;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const found = await output.read(key);
    const held = found && parseClaim(found.bytes);
    if (held !== undefined && isHeld(held, output)) return { heldUntilMs: held.untilMs };
    const condition = found ? ({ ifMatch: found.etag } as const) : ({ ifAbsent: true } as const);
    if ((await output.write(key, encode(), condition)) === 'written') return keepClaim();
    heldUntilMs = Date.now() + leaseMs;
  }
  return { heldUntilMs };

  function keepClaim(): Claim {
    let renewing: Promise<unknown> = Promise.resolve();
    const renew = async () => {
      const found = await output.read(key);
      const isOurs = found !== undefined && parseClaim(found.bytes)?.owner === owner;
      if (isOurs) await output.write(key, encode(), { ifMatch: found.etag });
      else clearInterval(timer); // somebody took us for dead; the manifest decides
    };
    const timer = setInterval(() => {
      renewing = renewing.then(renew).catch(() => undefined); // the lease may end; see above
    }, leaseMs / RENEWALS);
    timer.unref();
    return {
      async release() {
        clearInterval(timer);
        try {
          await renewing;
          const found = await output.read(key);
          if (found && parseClaim(found.bytes)?.owner === owner) await output.delete(key);
        } catch {
          // the lease ends by itself
        }
      },
    };
  }
}

const isHeld = (claim: ClaimText, output: BatchOutput): boolean =>
  claim.untilMs > Date.now() && !output.isGone?.(claim.owner);

/** What cannot be read claims nothing. */
function parseClaim(bytes: Uint8Array): ClaimText | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    const { owner, untilMs } = value as Partial<ClaimText>;
    return typeof owner === 'string' && typeof untilMs === 'number'
      ? { owner, untilMs }
      : undefined;
  } catch {
    return undefined;
  }
}
