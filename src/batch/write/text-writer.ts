/** Bytes of a text that is made piece by piece. */
export interface TextWriter {
  /** As UTF-8. */
  write(text: string): void;
  /** As they stand. */
  copy(bytes: Buffer, start: number, end: number): void;
  /** All of it, in a buffer of its own; nothing can be written afterwards. */
  end(): Uint8Array;
}

/** Texts of numbers are shorter, and for them a call of Node takes longer than a loop. */
const SHORT = 64;
/** A character of a string of JavaScript is three bytes of UTF-8 at most. */
const MAX_BYTES = 3;

/** @param expectedBytes of the whole; more is possible, and costs a copy */
export function createTextWriter(expectedBytes: number): TextWriter {
  let out = Buffer.allocUnsafeSlow(Math.max(SHORT, expectedBytes));
  let length = 0;

  function reserve(bytes: number): void {
    if (length + bytes <= out.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(length + bytes, 2 * out.length));
    out.copy(grown, 0, 0, length);
    out = grown;
  }

  return {
    write(text) {
      reserve(MAX_BYTES * text.length);
      const start = length;
      if (text.length <= SHORT) {
        for (let at = 0; at < text.length; at++) {
          const code = text.charCodeAt(at);
          if (code > 127) break;
          out[length++] = code;
        }
        if (length - start === text.length) return;
      }
      length = start + out.write(text, start);
    },
    copy(bytes, start, end) {
      reserve(end - start);
      length += bytes.copy(out, length, start, end);
    },
    end: () => new Uint8Array(out.buffer.transfer(length)),
  };
}
