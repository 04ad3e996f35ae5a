import { constants, zstdCompressSync } from 'node:zlib';
import type { NamedColumn } from '../column-names.ts';
import { encodeLevels } from './encode-levels.ts';
import { encodeThrift } from './encode-thrift.ts';
import { leafColumn } from './leaf-column.ts';
import { leafTypeOf } from './leaf-type.ts';
import type { ParquetPiece, PieceColumn } from './parquet-piece.ts';
import { plainValues } from './plain-values.ts';

const DATA_PAGE = 0;
const PLAIN = 0;
const RLE = 3;
/** Faster than any disk, and numbers hardly get smaller above it. */
const LEVEL = 1;

/**
 * Columns as one row group: a page for each, compressed with zstd.
 *
 * @throws {ServingError} INTERNAL_ERROR for complex numbers and durations
 */
export function encodeRowGroup(columns: readonly NamedColumn[], rowCount: number): ParquetPiece {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const described = columns.map((named): PieceColumn => {
    const page = encodePage(named);
    parts.push(page.header, page.body);
    const sizeBytes = page.header.length + page.body.length;
    const start = offset;
    offset += sizeBytes;
    return {
      ...page.column,
      start,
      sizeBytes,
      plainBytes: page.header.length + page.plainBytes,
    };
  });
  return { kind: 'parquet', rowCount, columns: described, bytes: Buffer.concat(parts) };
}

function encodePage({ name, column }: NamedColumn) {
  const leaf = leafColumn(column);
  const { rank, levelCount, definitions, repetitions } = leaf;
  const maxDefinition = rank === 0 ? 1 : rank + 2;
  const plain = Buffer.concat([
    ...(repetitions === undefined ? [] : [encodeLevels(repetitions, levelCount, rank)]),
    encodeLevels(definitions, levelCount, maxDefinition),
    plainValues(leaf.dtype, leaf.data),
  ]);
  const body = zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  const header = encodeThrift({
    struct: [
      [1, { i32: DATA_PAGE }],
      [2, { i32: plain.length }],
      [3, { i32: body.length }],
      [
        5,
        {
          struct: [
            [1, { i32: levelCount }],
            [2, { i32: PLAIN }],
            [3, { i32: RLE }],
            [4, { i32: RLE }],
          ],
        },
      ],
    ],
  });
  // Objects without any value; they come as texts.
  const isUnknown = Array.isArray(leaf.data) && leaf.data.length === 0;
  return {
    column: { name, type: leafTypeOf(leaf.dtype), rank, valueCount: levelCount, isUnknown },
    header,
    body,
    plainBytes: plain.length,
  };
}
