/**
 * Powers of ten that a double holds exactly: 10^0 … 10^22.
 *
 * One division or multiplication of an integer below 2^53 by one of them rounds once, so it is exact.
 * @see W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990
 */
export const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
export const MAX_EXACT_POWER = 22;

/** Range in which no step of `product` can overflow or lose bits to subnormals. */
const MAX_POWER = 270;

/** Upper and lower half of 10^k at index k + MAX_POWER, filled when first needed; 0 is empty. */
const UPPER = new Float64Array(2 * MAX_POWER + 1);
const LOWER = new Float64Array(2 * MAX_POWER + 1);

/** 2^27 + 1 cuts a double into two halves of 26 bits (Veltkamp). */
const SPLITTER = 134217729;

/** 2^-98 and a bit: eight times the error bound of `product`. */
const RELATIVE_ERROR = 3e-30;

/**
 * The double nearest to `(upper · 10^(digits-9) + lower) · 10^power`, or NaN when this cannot be told.
 *
 * The caller asks `Number(text)` after a NaN: an exact tie between two doubles, or a power far out.
 *
 * Units: `upper` the first nine significant digits, `lower` the next up to nine; `digits` how many
 *   there are in all, at most 18. Bit for bit what `Number(text)` gives.
 */
export function exactDouble(upper: number, lower: number, digits: number, power: number): number {
  // `upper · 10^(digits-9)` is exact: upper · 5^9 has less than 53 bits.
  const head = digits > 9 ? upper * EXACT_POWERS[digits - 9]! : upper;
  if (digits <= 15) {
    const whole = head + lower;
    if (power === 0) return whole;
    if (power < 0 && power >= -MAX_EXACT_POWER) return whole / EXACT_POWERS[-power]!;
    if (power > 0 && power <= MAX_EXACT_POWER) return whole * EXACT_POWERS[power]!;
  }
  if (power < -MAX_POWER || power > MAX_POWER) return Number.NaN;
  return product(head, lower, power);
}

/**
 * `(head + lower) · 10^power` in doubled precision, rounded once.
 *
 * Both factors are a double plus a small correction; the rounded ends of the error interval are
 * compared. Rounding is monotonic, so equal ends mean that the true value rounds to the same.
 * @see T. J. Dekker, "A floating-point technique for extending the available precision", 1971
 */
function product(head: number, lower: number, power: number): number {
  const index = power + MAX_POWER;
  if (UPPER[index] === 0) fillPower(power);
  const factor = UPPER[index]!;
  const value = head + lower;
  const rest = lower - (value - head);

  const main = value * factor;
  let cut = SPLITTER * value;
  const valueTop = cut - (cut - value);
  const valueEnd = value - valueTop;
  cut = SPLITTER * factor;
  const factorTop = cut - (cut - factor);
  const factorEnd = factor - factorTop;
  const error =
    valueTop * factorTop -
    main +
    valueTop * factorEnd +
    valueEnd * factorTop +
    valueEnd * factorEnd;

  const correction = error + (value * LOWER[index]! + rest * factor);
  const margin = main * RELATIVE_ERROR;
  const result = main + (correction - margin);
  return result === main + (correction + margin) ? result : Number.NaN;
}

/** Fill 10^power as the nearest double and the nearest double to what that one lacks. */
function fillPower(power: number): void {
  const nearest = Number(`1e${power}`);
  UPPER[power + MAX_POWER] = nearest;
  if (power >= 0) {
    LOWER[power + MAX_POWER] = Number(10n ** BigInt(power) - BigInt(nearest));
    return;
  }
  const { mantissa, exponent } = partsOf(nearest);
  // 10^power - mantissa · 2^exponent, over the common denominator 10^-power · 2^-exponent.
  const denominator = 10n ** BigInt(-power);
  const numerator = (1n << BigInt(-exponent)) - mantissa * denominator;
  const scaled = Number((numerator << 128n) / denominator);
  const half = Math.trunc((exponent - 128) / 2);
  LOWER[power + MAX_POWER] = scaled * 2 ** half * 2 ** (exponent - 128 - half);
}

/** A normal double as `mantissa · 2^exponent`. */
function partsOf(value: number): { mantissa: bigint; exponent: number } {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0]!;
  const exponent = Number((bits >> 52n) & 0x7ffn) - 1075;
  return { mantissa: (bits & (2n ** 52n - 1n)) | (2n ** 52n), exponent };
}
