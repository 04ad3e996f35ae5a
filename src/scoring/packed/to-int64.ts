import { HAS_INT } from '../../model/json-value.ts';

const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;

/** One column of a table of numbers: every `step`th cell from `first`. */
export interface Strided {
  readonly values: Float64Array;
  readonly first: number;
  readonly step: number;
  readonly rowCount: number;
  readonly kinds: number;
}

/**
 * The cells as int64, cut towards zero; undefined when one does not fit.
 *
 * They are written as 32-bit words, low words first as on every platform Node runs on, so that no
 * bigint is made.
 */
export function toInt64({
  values,
  first,
  step,
  rowCount,
  kinds,
}: Strided): BigInt64Array | undefined {
  const out = new BigInt64Array(rowCount);
  const words = new Int32Array(out.buffer);
  const isChecked = kinds !== HAS_INT;
  for (let row = 0, at = first; row < rowCount; row++, at += step) {
    const value = values[at] as number;
    // NaN, which stands for null too, fails every comparison.
    if (isChecked && !(value >= -TWO_63 && value < TWO_63)) return undefined;
    const whole = Math.trunc(value);
    words[2 * row] = whole | 0;
    words[2 * row + 1] = Math.floor(whole / TWO_32);
  }
  return out;
}
