import { brotliDecompressSync, unzipSync, zstdDecompressSync } from 'node:zlib';
import type { Decompress } from '../scoring/parquet/decompress-page.ts';

const BY_CODEC = {
  gzip: unzipSync,
  brotli: brotliDecompressSync,
  zstd: zstdDecompressSync,
} as const;

/** Node's own decompressors, for `parseParquet`: fast, and they stop at `maxBytes`. */
export const decompress: Decompress = (codec, input, maxBytes) =>
  BY_CODEC[codec](input, { maxOutputLength: maxBytes });
