import type { Frame } from './frame.ts';
import type { PyValue } from './py-value.ts';

/** What a model returns: a frame, a dict of arrays, or any Python value. */
export type ModelOutput = Frame | PyValue;
