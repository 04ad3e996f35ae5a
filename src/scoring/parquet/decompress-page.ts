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

/**
 * Decompress a page into exactly `length` bytes; more are refused before they are made.
 *
 * gzip, brotli and zstd are the platform's: pure functions too, fast, and they stop at the length
 * that was announced. They are asked for at run time, so nothing is loaded for other bodies.
 *
 * @throws {ServingError} BAD_REQUEST when the page cannot be decompressed to that length
 */
export function decompressPage(input: Uint8Array, codec: number, length: number): Uint8Array {
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
    case BROTLI:
    case ZSTD:
      return decompressNatively(input, codec, length);
    default:
      throw badRequest(`parquet body: the compression codec ${codec} is not supported`);
  }
}

function decompressNatively(input: Uint8Array, codec: number, length: number): Uint8Array {
  if (length === 0) return new Uint8Array();
  const zlib = process.getBuiltinModule('node:zlib');
  const limits = { maxOutputLength: length };
  try {
    const output =
      codec === GZIP
        ? zlib.unzipSync(input, limits)
        : codec === BROTLI
          ? zlib.brotliDecompressSync(input, limits)
          : zlib.zstdDecompressSync(input, limits);
    if (output.length !== length) throw corrupt('a page is not as long as its header says');
    return new Uint8Array(output.buffer, output.byteOffset, length);
  } catch (cause) {
    if (cause instanceof ServingError) throw cause;
    throw badRequest('parquet body: a page cannot be decompressed', { cause });
  }
}
