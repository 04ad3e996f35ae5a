import type { RefusedRow } from '../scored-chunk.ts';

/** Lines of the errors file: JSON whatever the rows hold. Integers that a double cannot hold, NaN and infinities become texts. */
export function encodeRefused(rows: readonly RefusedRow[]): Uint8Array {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row, asJson)}\n`).join(''));
}

function asJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
