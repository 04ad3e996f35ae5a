import { Cells } from './cells.ts';
import type { Unpack } from './packed-list.ts';
import type { StringReader } from './string-reader.ts';

/** The JSON text whose lists are packed. */
export interface PackedText {
  /** The text in UTF-8 and a NUL byte. */
  readonly bytes: Buffer;
  /** Bytes of the text. */
  readonly length: number;
  readonly strings: StringReader;
  /** Makes the `unpack` of a list from its first position and the one behind its last. */
  readonly unpackFrom: (start: number, end: number) => Unpack;
}

/** Which lists to pack. */
export interface PackOptions {
  /** How many levels of lists and objects are allowed. */
  readonly maxLevels: number;
  /** A list of fewer numbers is not worth it. */
  readonly minCells: number;
}

/** Shared by all texts: packing is never interrupted. */
const cells = new Cells();

/** A text, the cells of the list being packed, and how far packing got. */
export class PackCursor {
  readonly text: PackedText;
  readonly cells = cells;
  /** Position behind the list packed last. */
  end = 0;
  /** Position at which the last try gave up. */
  stoppedAt = 0;

  constructor(text: PackedText) {
    this.text = text;
  }

  /** Give up. */
  stop(at: number): undefined {
    this.stoppedAt = at;
    return undefined;
  }
}
