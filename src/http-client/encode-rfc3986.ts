/**
 * Percent-encode everything but letters, digits and `-._~`, as AWS does before it compares signatures. A URL made of such
 * parts means the same to every server: form encoding writes a space as `+`, which not all of them undo.
 */
export const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** `name=value&…`, each part encoded so; fields without a value are left out. */
export const encodeQuery = (fields: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value ?? '')}`)
    .join('&');
