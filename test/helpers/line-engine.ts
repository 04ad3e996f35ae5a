import type { BatchInput } from '../../src/batch/batch-input.ts';
import type { EncodedChunk } from '../../src/batch/encoded-chunk.ts';
import type { BatchEngine } from '../../src/batch/job/batch-job.ts';

interface Lines {
  readonly firstRow: number;
  readonly lines: readonly string[];
}

export interface LineEngineOptions {
  readonly parallel?: number;
  /** Of a row that is not refused. */
  readonly score?: (line: string) => string | Promise<string>;
}

/**
 * The smallest engine: a row is a line, its prediction is the line reversed, and a line with `bad` is refused. The output
 * begins and ends with a line of its own, as formats do.
 */
export function createLineEngine({
  parallel = 2,
  score = (line) => [...line].reverse().join(''),
}: LineEngineOptions = {}): BatchEngine<Lines, string> {
  return {
    parallel,
    read: (input, { chunkRows }) => readLines(input, chunkRows),
    async score({ firstRow, lines }): Promise<EncodedChunk<string>> {
      const refused = lines.flatMap((line, i) =>
        line.includes('bad')
          ? [{ row: firstRow + i, rule: 'BAD_REQUEST', message: 'is bad', record: line }]
          : [],
      );
      const good = lines.filter((line) => !line.includes('bad'));
      const scored = await Promise.all(good.map(score));
      const piece = scored.map((line) => `${line}\n`).join('');
      return { firstRow, rowCount: lines.length, refused, piece };
    },
    assemble() {
      let isBegun = false;
      const head = () => {
        const text = isBegun ? '' : 'head\n';
        isBegun = true;
        return text;
      };
      return {
        add: (piece) => Buffer.from(head() + piece),
        end: () => Buffer.from(`${head()}end\n`),
      };
    },
  };
}

async function* readLines(input: BatchInput, chunkRows: number): AsyncGenerator<Lines> {
  let rest = '';
  let firstRow = 0;
  let lines: string[] = [];
  for await (const bytes of input.stream()) {
    const parts = (rest + Buffer.from(bytes).toString('latin1')).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      if (lines.length < chunkRows) continue;
      yield { firstRow, lines };
      firstRow += lines.length;
      lines = [];
    }
  }
  if (lines.length > 0) yield { firstRow, lines };
}
