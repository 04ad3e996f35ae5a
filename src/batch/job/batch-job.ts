import type { BatchInput } from '../batch-input.ts';
import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOptions } from '../batch-options.ts';
import type { BatchOutput } from '../batch-output.ts';
import type { Assembler, EncodedChunk } from '../encoded-chunk.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/** One file to score with one model. `Item` is what is scored at once (a chunk of rows), `Piece` what came of it. */
export interface BatchJob<Item, Piece> {
  readonly input: BatchInput;
  readonly output: BatchOutput;
  readonly model: BatchManifest['model'];
  readonly options: BatchOptions;
  readonly engine: BatchEngine<Item, Piece>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BatchProgress) => void;
  /** @default 60,000 ms - how long others leave the job alone after this run was killed */
  readonly leaseMs?: number;
}

/** What reads, scores and encodes. */
export interface BatchEngine<Item, Piece> {
  read(input: BatchInput, options: ResolvedOptions): AsyncIterable<Item>;
  /** Score an item and encode it, perhaps in another thread. */
  score(item: Item, options: ResolvedOptions): Promise<EncodedChunk<Piece>>;
  assemble(options: ResolvedOptions): Assembler<Piece>;
  /** @default 1 - items that are scored at once */
  readonly parallel?: number;
}

export interface BatchProgress {
  readonly rowsIn: number;
  readonly refused: number;
}

/** `busy`: another run is at it, at most until then if it was killed; nothing was done. */
export type BatchOutcome =
  | { readonly kind: 'scored' | 'done-before'; readonly manifest: BatchManifest }
  | { readonly kind: 'busy'; readonly heldUntilMs: number };
