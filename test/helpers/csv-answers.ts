import { answerCsv } from '../../src/batch/answer/answer-csv.ts';
import { scoreBlocks } from '../../src/batch/answer/score-blocks.ts';
import type { BatchInput } from '../../src/batch/batch-input.ts';
import { DEFAULT_LIMITS } from '../../src/invocation/limits.ts';
import { scoreInvocation } from '../../src/invocation/score-invocation.ts';
import { type Frame, frame, isFrame } from '../../src/model/frame.ts';
import type { ModelInput } from '../../src/model/model-input.ts';
import type { ModelOutput } from '../../src/model/model-output.ts';
import type { Signature } from '../../src/model/signature.ts';
import type { ParsedPredictor } from '../../src/predictor/predictor.ts';
import type { LoadedModel } from '../../src/serving/loaded-model.ts';
import { mlmodelOf } from './model-directory.ts';

const LIMITS = {
  ...DEFAULT_LIMITS,
  maxBodyBytes: Number.MAX_SAFE_INTEGER,
  maxRows: Number.MAX_SAFE_INTEGER,
};

/** A model of these few parts. */
export const modelOf = (
  predict: (input: ModelInput) => ModelOutput,
  inputs: Signature['inputs'],
): LoadedModel => {
  const predictor: ParsedPredictor = { kind: 'parsed', predict, release: async () => {} };
  return {
    version: { name: 'm', version: '1', source: 'file:///m', tags: {} },
    mlmodel: {
      ...mlmodelOf({}),
      signature: inputs && { inputs, params: undefined, isFromTypeHint: false },
    },
    predictor,
    residentBytes: 0,
  };
};

/** The first columns that it got: the answer shows each cell's type and value. */
export const echo =
  (columns: number) =>
  (input: ModelInput): Frame => {
    if (!isFrame(input)) throw new Error('expected a table');
    return frame(input.rowCount, input.columns.slice(0, columns));
  };

/** The answer to a CSV text as one request; what is wrong with it, when it is refused. */
export async function wholeAnswer(csv: Uint8Array, model: LoadedModel): Promise<string | Error> {
  const request = { contentType: 'text/csv', body: csv, model, limits: LIMITS, hasTypedCsv: false };
  try {
    return (await scoreInvocation(request)).text;
  } catch (error) {
    return error as Error;
  }
}

/** The same piece by piece; undefined where it says that the text must be taken as a whole, an error where reading fails. */
export async function streamedAnswer(
  csv: Uint8Array,
  model: LoadedModel,
  pieceBytes: number,
): Promise<{ answer: string | Error | undefined; passes: number }> {
  let written: Buffer[] = [];
  let passes = 1;
  try {
    const isAnswered = await answerCsv({
      input: inputOf(csv, pieceBytes),
      signature: model.mlmodel.signature,
      // As a thread gets it: a copy.
      score: async (item) =>
        structuredClone(await scoreBlocks(structuredClone(item), model, LIMITS)),
      parallel: 3,
      output: {
        write: async (bytes) => {
          written.push(Buffer.from(bytes));
        },
        restart: async () => {
          written = [];
          passes++;
        },
      },
    });
    return { answer: isAnswered ? Buffer.concat(written).toString('utf8') : undefined, passes };
  } catch (error) {
    return { answer: error as Error, passes };
  }
}

function inputOf(csv: Uint8Array, pieceBytes: number): BatchInput {
  return {
    uri: 'file:///rows.csv',
    key: 'rows.csv',
    sizeBytes: csv.length,
    etag: '1',
    async *stream() {
      for (let at = 0; at < csv.length; at += pieceBytes) yield csv.subarray(at, at + pieceBytes);
    },
    read: async ({ start, end }) => csv.subarray(start, end),
  };
}
