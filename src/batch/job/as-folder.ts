/** With one slash at its end, so that `a/b` is not taken for a part of `a/bc`. */
export const asFolder = (uri: string): string => `${uri.replace(/\/+$/, '')}/`;
