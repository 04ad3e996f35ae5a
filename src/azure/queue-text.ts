/** A message of a storage queue: the host writes and reads base64 unless it is told otherwise; others write plain text. */
export function decodeQueueText(text: string): string {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;
  return isBase64 ? Buffer.from(text, 'base64').toString('utf8') : text;
}

/** As the host writes it. */
export const encodeQueueText = (text: string): string => Buffer.from(text).toString('base64');
