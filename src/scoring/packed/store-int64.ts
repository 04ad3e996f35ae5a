const TWO_32 = 2 ** 32;

/**
 * Write a whole number within int64 as cell `index` of a BigInt64Array, by way of its 32-bit words
 * and without making a bigint.
 *
 * @param words the same memory as 32-bit words; low words come first on every platform Node runs on
 */
export function storeInt64(words: Int32Array, index: number, value: number): void {
  words[2 * index] = value | 0;
  words[2 * index + 1] = Math.floor(value / TWO_32);
}
