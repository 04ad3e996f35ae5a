/** Python's `repr` writes a float without exponent from 1e-4 up to, not including, 1e16. */
const MIN_PLAIN = 1e-4;
const MAX_PLAIN = 1e16;

/**
 * A float as Python's json module writes it: `1.0`, `1e-05`, `1e+16`, `-0.0`, `NaN`, `Infinity`.
 *
 * The digits are JavaScript's: both languages print the shortest text that reads back the same.
 * @see CPython, Objects/floatobject.c, `float_repr`
 */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size >= MIN_PLAIN && size < MAX_PLAIN) {
    return Number.isInteger(value) ? `${value}.0` : `${value}`;
  }
  return unusualFloat(value);
}

function unusualFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (!Number.isFinite(value)) return `${value}`;
  const text = value.toExponential();
  // Two digits of exponent at least: `1e-5` is Python's `1e-05`.
  return text.at(-2) === '-' || text.at(-2) === '+' ? `${text.slice(0, -1)}0${text.at(-1)}` : text;
}
