import { writeVarint } from './encode-thrift.ts';

/**
 * Levels as runs of equal ones, their length in front.
 *
 * @param levels undefined when all are `max`
 */
export function encodeLevels(
  levels: Uint8Array | undefined,
  count: number,
  max: number,
): Uint8Array {
  const out: number[] = [];
  if (levels === undefined) writeRun(max, count, out);
  else {
    let from = 0;
    for (let at = 1; at <= count; at++) {
      if (at < count && levels[at] === levels[from]) continue;
      writeRun(levels[from] as number, at - from, out);
      from = at;
    }
  }
  const bytes = Buffer.allocUnsafe(4 + out.length);
  bytes.writeUInt32LE(out.length);
  bytes.set(out, 4);
  return bytes;
}

/** A level is less than 256, one byte. */
function writeRun(level: number, length: number, out: number[]): void {
  if (length === 0) return;
  writeVarint(length * 2, out);
  out.push(level);
}
