/**
 * A URI without the user name and the password that it may hold, and without the query that may be a token; in a
 * text with URLs, without theirs. A password may hold an `@` itself: the last one before a slash counts.
 */
export const withoutUserInfo = (uri: string): string =>
  uri
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s]*@/gi, '$1')
    .replace(/(https?:\/\/[^?#\s]*)\?[^#\s]*/gi, '$1')
    .replace(/^(https?:\/\/[^#\s]*)#.*$/i, '$1');
