import { createByteReader } from '../../../scoring/parquet/byte-reader.ts';
import { type LeafPage, type OpenLeaf, readPage } from '../../../scoring/parquet/data-page.ts';
import {
  appendPage,
  createLeafColumn,
  type LeafColumn,
} from '../../../scoring/parquet/leaf-column.ts';
import type { LeafValues } from '../../../scoring/parquet/leaf-values.ts';
import {
  type PageHeader,
  pageCount,
  readPageHeader,
} from '../../../scoring/parquet/page-header.ts';
import type { ColumnBytes } from './column-bytes.ts';
import type { PageShare } from './page-budget.ts';
import { plain, readParquet } from './parquet-metadata.ts';

/** One flat column of a row group, from its first row to its last. */
export interface LeafRows {
  /**
   * The next `count` rows.
   *
   * @throws {ServingError} BAD_REQUEST when the pages contradict the metadata or the format; REQUEST_TOO_LARGE; as `ColumnBytes`
   */
  take(count: number): Promise<LeafColumn>;
}

export interface LeafRowsOptions {
  readonly bytes: ColumnBytes;
  readonly leaf: OpenLeaf;
  readonly rowCount: number;
  readonly openShare: () => PageShare;
}

const HEADER_BYTES = 2 ** 12;
/** With statistics that hold long texts. */
const MAX_HEADER_BYTES = 2 ** 24;
const BYTES_PER_CELL = 8;

/** Memory: the page that it stands in, and the column's dictionary. */
export function openLeafRows({ bytes, leaf, rowCount, openShare }: LeafRowsOptions): LeafRows {
  const ofDictionary = openShare();
  const ofPage = openShare();
  const place = { level: 0, value: 0 };
  let page: LeafPage | undefined;
  let unread = rowCount;

  /** The next page of rows; what is in front of it is taken note of. */
  async function nextPage(): Promise<LeafPage> {
    for (;;) {
      const header = await readHeader(bytes);
      const share = header.kind === 'dictionary' ? ofDictionary : ofPage;
      share.release();
      share.count(header.storedBytes + header.length);
      const stored = plain((await bytes.peek(header.storedBytes)).subarray(0, header.storedBytes));
      const read = readParquet(() => {
        if (header.kind.startsWith('data')) share.count(pageCount(header, unread) * BYTES_PER_CELL);
        return readPage(header, stored, leaf, unread, share.count);
      });
      bytes.skip(header.storedBytes);
      share.release();
      share.count(heldBytes(read, leaf, header));
      if (read === undefined) continue;
      unread -= read.levelCount;
      return read;
    }
  }

  return {
    async take(count) {
      const column = createLeafColumn(leaf.node, leaf.type, count);
      while (column.levelCount < count) {
        if (page === undefined || place.level === page.levelCount) {
          page = undefined; // let go of before the next one is made
          page = await nextPage();
          Object.assign(place, { level: 0, value: 0 });
        }
        const left = page.levelCount - place.level;
        appendPage(column, page, place, Math.min(left, count - column.levelCount));
      }
      return column;
    },
  };
}

/** What is left when a page is decoded, or a dictionary: what it was decoded from is gone. */
function heldBytes(page: LeafPage | undefined, leaf: OpenLeaf, header: PageHeader): number {
  if (header.kind === 'dictionary') return bytesOf(leaf.dictionary ?? [], header);
  if (page === undefined) return 0;
  const { values, levelCount } = page;
  if (values.kind === 'indices') return levelCount + values.indices.byteLength;
  return levelCount + bytesOf(values.kind === 'numbers' ? values.bytes : values.values, header);
}

/** Texts and bytes take what they took in the page, and a place in an array. */
const bytesOf = (values: LeafValues, { length }: PageHeader): number =>
  Array.isArray(values) ? length + values.length * BYTES_PER_CELL : values.byteLength;

/** A header does not say how long it is. */
async function readHeader(bytes: ColumnBytes): Promise<PageHeader> {
  for (let length = HEADER_BYTES; ; length *= 8) {
    const start = await bytes.peek(length);
    const reader = createByteReader(plain(start));
    try {
      const header = readParquet(() => readPageHeader(reader));
      bytes.skip(reader.position);
      return header;
    } catch (error) {
      if (start.length < length || length >= MAX_HEADER_BYTES) throw error;
    }
  }
}
