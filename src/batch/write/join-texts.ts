/** A string of JavaScript has less than 2^29 characters, and tensors can be long. */
const SLAB_CHARACTERS = 1 << 24;

/**
 * Texts one after the other as bytes: whole slabs are converted, not each text.
 *
 * @param append puts the next text behind those it is given: to make it apart and add it then takes up to twice the time
 */
export function joinTexts(
  count: number,
  append: (texts: string, at: number) => string,
): Uint8Array {
  const slabs: Uint8Array[] = [];
  let texts = '';
  for (let at = 0; at < count; at++) {
    texts = append(texts, at);
    if (texts.length < SLAB_CHARACTERS) continue;
    slabs.push(Buffer.from(texts));
    texts = '';
  }
  const last = Buffer.from(texts);
  return slabs.length === 0 ? last : Buffer.concat([...slabs, last]);
}
