import type { ErrorCode } from '../../errors.ts';
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

/** What came of them. */
export interface RowsAnswer {
  /** Of these blocks. */
  readonly dtypes: ColumnDtypes;
  readonly paddedCells: number;
  readonly scored:
    | { readonly kind: 'part'; readonly part: AnswerPart }
    /** Looked at only, or of other dtypes than were asked for. */
    | { readonly kind: 'nothing' }
    /** As what they were taken for. */
    | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }
    /** An answer that is no list of rows. */
    | { readonly kind: 'other answer' };
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
