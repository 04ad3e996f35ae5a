import { type AnswerPart, BETWEEN_ROWS } from './rows-item.ts';

export interface AnswerOutput {
  write(bytes: Uint8Array): Promise<void>;
  /** Drop what was written so far. */
  restart(): Promise<void>;
}

/** Writes one answer from the parts that its rows are. */
export interface AnswerWriter {
  /** @returns false for a part that cannot stand in one answer with those before; nothing was written of it */
  add(part: AnswerPart): Promise<boolean>;
  /** @returns false when there was no part */
  end(): Promise<boolean>;
}

export function createAnswerWriter(output: Pick<AnswerOutput, 'write'>): AnswerWriter {
  let last: AnswerPart | undefined;
  return {
    async add(part) {
      if (last !== undefined && last.shape !== part.shape) return false;
      await output.write(last === undefined ? Buffer.from(part.open) : BETWEEN_ROWS);
      await output.write(part.rows);
      last = part;
      return true;
    },
    async end() {
      if (last === undefined) return false;
      await output.write(Buffer.from(last.close));
      return true;
    },
  };
}
