import { createHash } from 'node:crypto';

/** Hex digits: 64 bits. */
const LENGTH = 16;

/** The name of a value that JSON can hold: the same for the same text of it. */
export const shortDigest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, LENGTH);
