/** What may carry a credential inside a text, and what stays of it. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // user:password@ in a URL; a password may hold an @. In one of Blob Storage a container stands there, which is no secret.
  [
    /\b(?!(?:wasb|abfs)s?:\/\/[^/\s:@]+@[^/\s@]+(?:[/\s]|$))([a-z][a-z0-9+.-]*:\/\/)[^/\s]+@/gi,
    '$1***@',
  ],
  [/([?&](?:x-amz-[a-z-]+|sig|signature|token|awsaccesskeyid)=)[^&\s"']+/gi, '$1***'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
];

/** Take user names, passwords, tokens and URL signatures out of a text that goes to a log. */
export function redact(text: string): string {
  let result = text;
  for (const [pattern, kept] of SECRETS) result = result.replace(pattern, kept);
  return result;
}
