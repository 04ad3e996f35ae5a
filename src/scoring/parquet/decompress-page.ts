import { badRequest, ServingError } from '../../errors.ts';
import { corrupt } from './byte-reader.ts';
import { decompressHadoopLz4, decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';

/** Codecs by their number in the format; LZO is not supported by pyarrow either. */
const UNCOMPRESSED = 0;
const SNAPPY = 1;
const GZIP = 2;
const BROTLI = 4;
const LZ4 = 5;
const ZSTD = 6;
const LZ4_RAW = 7;

/** The platform's decompressors. They throw when the input is broken, or stands for more than `maxBytes`. */
export type Decompress = (
  codec: 'gzip' | 'brotli' | 'zstd',
  input: Uint8Array,
  maxBytes: number,
) => Uint8Array;

/**
 * Decompress a page into exactly `length` bytes; more are refused before they are made.
 *
 * @throws {ServingError} BAD_REQUEST when the page cannot be decompressed to that length
 */
export function decompressPage(
  input: Uint8Array,
  codec: number,
  length: number,
  decompress: Decompress,
): Uint8Array {
  switch (codec) {
    case UNCOMPRESSED:
      if (input.length !== length) throw corrupt('a page is not as long as its header says');
      return input;
    case SNAPPY:
      return decompressSnappy(input, length);
    case LZ4:
      return decompressHadoopLz4(input, length);
    case LZ4_RAW:
      return decompressLz4(input, length);
    case GZIP:
      return natively('gzip', input, length, decompress);
    case BROTLI:
      return natively('brotli', input, length, decompress);
    case ZSTD:
      return natively('zstd', input, length, decompress);
    default:
      throw badRequest(`parquet body: the compression codec ${codec} is not supported`);
  }
}

function natively(
  codec: Parameters<Decompress>[0],
  input: Uint8Array,
  length: number,
  decompress: Decompress,
): Uint8Array {
  if (length === 0) return new Uint8Array();
  try {
    const output = decompress(codec, input, length);
    if (output.length !== length) throw corrupt('a page is not as long as its header says');
    return new Uint8Array(output.buffer, output.byteOffset, length);
  } catch (cause) {
    if (cause instanceof ServingError) throw cause;
    throw badRequest('parquet body: a page cannot be decompressed', { cause });
  }
}
