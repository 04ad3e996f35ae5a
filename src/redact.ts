/** What may carry a credential inside a text, and what stays of it. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s]+@/gi, '$1***@'], // user:password@ in a URL; a password may hold an @
  [/([?&](?:x-amz-[a-z-]+|sig|signature|token|awsaccesskeyid)=)[^&\s"']+/gi, '$1***'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
];

/** Take user names, passwords, tokens and URL signatures out of a text that goes to a log. */
export function redact(text: string): string {
  let result = text;
  for (const [pattern, kept] of SECRETS) result = result.replace(pattern, kept);
  return result;
}
