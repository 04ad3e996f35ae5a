import { type ErrorCode, ServingError } from '../../errors.ts';
import type { Signature } from '../../model/signature.ts';
import { isMostlyPadding } from '../../scoring/csv/read-block.ts';
import type { BatchInput } from '../batch-input.ts';
import { mapInOrder } from '../map-in-order.ts';
import { type AnswerOutput, createAnswerWriter } from './answer-writer.ts';
import { groupBlocks } from './group-blocks.ts';
import { areTakenByRow, joinDtypes } from './join-dtypes.ts';
import type { ColumnDtypes, RowsAnswer, RowsItem } from './rows-item.ts';

export interface AnswerCsvOptions {
  readonly input: BatchInput;
  readonly signature: Signature | undefined;
  readonly score: (item: RowsItem) => Promise<RowsAnswer>;
  /** Items that are scored, or wait for it, at once. */
  readonly parallel: number;
  readonly output: AnswerOutput;
}

/**
 * Answer a CSV file as one request, without ever holding all of it.
 *
 * Its dtypes are known only at its end. So rows are scored as what the first ones are; when later ones are something else,
 * the rest is read to know what, and the file a second time.
 *
 * @returns false when the answer may depend on all rows together; what was written is of no use then
 * @throws {ServingError} as `/invocations`, though not with its words: rows are counted from where a piece begins; what reading
 *   and writing throw
 */
export async function answerCsv(options: AnswerCsvOptions): Promise<boolean> {
  const first = await answerAs(undefined, options);
  if (first.kind !== 'other dtypes') return first.kind === 'answered';
  await options.output.restart();
  const second = await answerAs(first.dtypes, options);
  return second.kind === 'answered';
}

type Outcome =
  | { readonly kind: 'answered' }
  | { readonly kind: 'whole' }
  | { readonly kind: 'other dtypes'; readonly dtypes: ColumnDtypes };

async function answerAs(
  given: ColumnDtypes | undefined,
  { input, signature, score, parallel, output }: AnswerCsvOptions,
): Promise<Outcome> {
  const items = groupBlocks(input.stream());
  let dtypes = given;
  let found: ColumnDtypes = [];
  let paddedCells = 0;
  const written = createAnswerWriter(output);
  let refusal: ServingError | undefined;
  /** Rows are something else than what the first ones are, or are refused as that. */
  let isOther = false;

  /** @returns whether the answer can go on */
  async function take({ table, firstRow }: RowsItem, answer: RowsAnswer): Promise<boolean> {
    const { scored } = answer;
    found = joinDtypes(answer.dtypes, found);
    dtypes ??= found;
    paddedCells += answer.paddedCells;
    if (scored.kind === 'other answer') return false;
    if (isMostlyPadding(paddedCells, input.sizeBytes)) return false;
    if (!areTakenByRow(table.names, found, signature)) return false;
    if (scored.kind === 'refused') refusal ??= refused(scored, firstRow);
    isOther ||= scored.kind !== 'part';
    if (scored.kind !== 'part' || isOther) return given === undefined;
    return written.add(scored.part);
  }

  /** What refuses rows of these dtypes refuses the request. */
  function whole(): Outcome {
    if (refusal !== undefined && (given !== undefined || isEqual(found, dtypes))) throw refusal;
    return { kind: 'whole' };
  }

  const scoreAs = async (item: RowsItem) => {
    const answer = await score({ ...item, ...(dtypes && { dtypes }), isLookedAtOnly: isOther });
    return { item, answer };
  };
  try {
    // Alone: what it is, the next ones are taken for.
    const first = await items.next();
    if (first.done === true || !(await take(first.value, (await scoreAs(first.value)).answer))) {
      return whole();
    }
    for await (const { item, answer } of mapInOrder(items, parallel, scoreAs)) {
      if (!(await take(item, answer))) return whole();
    }
  } finally {
    await items.return(undefined);
  }
  if (isOther) return isEqual(found, dtypes) ? whole() : { kind: 'other dtypes', dtypes: found };
  return (await written.end()) ? { kind: 'answered' } : whole();
}

/** Its own row numbers are counted from there. */
const refused = (
  { code, message }: { readonly code: ErrorCode; readonly message: string },
  firstRow: number,
): ServingError =>
  new ServingError(code, `in the rows from ${firstRow} on, counted from 0: ${message}`);

const isEqual = (these: ColumnDtypes, those: ColumnDtypes | undefined): boolean =>
  these.every((dtypes, at) => dtypes.length === those?.[at]?.length);
