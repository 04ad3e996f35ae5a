import type { ErrorCode } from '../../errors.ts';
import type { Frame } from '../../model/frame.ts';
import type { GuessedDtype } from '../../scoring/csv/cast-blocks.ts';
import type { CsvBlock, CsvTable } from '../../scoring/csv/untyped-block.ts';

/** The dtypes that each column has in some blocks. Shapes: one for each name of the table. */
export type ColumnDtypes = readonly (readonly GuessedDtype[])[];

/** Some blocks of a file, for a thread. */
export interface RowsItem {
  readonly table: CsvTable;
  readonly blocks: readonly CsvBlock[];
  /** Number of the first row in the file, from 0. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** What to score them as. @default what they are themselves */
  readonly dtypes?: ColumnDtypes;
  /** Only find out what they are: what they are scored as would not count. */
  readonly isLookedAtOnly?: boolean;
}

/** Some rows of a columnar file, for a thread. */
export interface FrameItem {
  readonly frame: Frame;
}

/** What a thread does for one answer. */
export type AnswerItem = RowsItem | FrameItem;

/** What came of rows as a part of the one answer. */
export type ScoredPart =
  | { readonly kind: 'part'; readonly part: AnswerPart }
  /** As what they were taken for. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }
  /** An answer that is no list of rows. */
  | { readonly kind: 'other answer' };

/** What came of them. */
export interface RowsAnswer {
  /** Of these blocks. */
  readonly dtypes: ColumnDtypes;
  readonly paddedCells: number;
  readonly scored:
    | ScoredPart
    /** Looked at only, or of other dtypes than were asked for. */
    | { readonly kind: 'nothing' };
}

/** The part of an answer that some rows are. */
export interface AnswerPart {
  /** Equal for parts that can stand in one answer: the columns and dtypes of what the model returned. */
  readonly shape: string;
  /** What stands in front of the rows of the first part, and behind those of the last one. */
  readonly open: string;
  readonly close: string;
  readonly rows: Uint8Array;
}

/** Between the rows of two parts. */
export const BETWEEN_ROWS = Buffer.from(', ');
