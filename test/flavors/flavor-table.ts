import { readFileSync, writeFileSync } from 'node:fs';

/** What one model of the run showed; a row of the table in docs/flavors.md. */
export interface FlavorResult {
  readonly model: string;
  readonly flavor: string;
  /** `yes`, or why it was refused. */
  readonly converts: string;
  /** Requests that both answered, and the largest relative distance of two numbers. */
  readonly parity: string;
  /** Converted against the original under MLflow: one row's median time, requests per second. */
  readonly speedUp: string;
  readonly pythonRuntime: string;
}

const FILE = 'docs/flavors.md';
const BEGIN = '<!-- flavors: written by npm run flavors -- --write -->';
const END = '<!-- /flavors -->';

export function flavorTable(results: readonly FlavorResult[]): string {
  const rows = results.map(({ model, flavor, converts, parity, speedUp, pythonRuntime }) =>
    [`\`${model}\``, flavor, converts, parity, speedUp, pythonRuntime].join(' | '),
  );
  return [
    '| Model | Flavor | Converts | Parity found | Speed-up: p50, throughput | Python runtime |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

export function writeFlavorTable(results: readonly FlavorResult[]): void {
  const [before, , after] = splitFile();
  writeFileSync(FILE, `${before}${BEGIN}\n\n${flavorTable(results)}\n\n${END}${after}`);
}

/** Rows of the document that say another thing than the run: which models convert, and which run in Python. */
export function findStaleRows(results: readonly FlavorResult[]): string[] {
  const [, table] = splitFile();
  const documented = new Map(
    table
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, model = '', , converts = '', , , python = '']) => [model, [converts, python]]),
  );
  return results.flatMap(({ model, converts, pythonRuntime }) => {
    const said = documented.get(`\`${model}\``);
    const found = [converts, pythonRuntime];
    if (said?.every((cell, i) => isYes(cell) === isYes(found[i] ?? ''))) return [];
    return `${FILE} says ${said?.join(', ') ?? 'nothing'} of ${model}, the run ${found.join(', ')}: npm run flavors -- --write`;
  });
}

const isYes = (cell: string): boolean => cell.startsWith('yes');

function splitFile(): [before: string, table: string, after: string] {
  const text = readFileSync(FILE, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${FILE} lacks the lines ${BEGIN} and ${END}`);
  return [text.slice(0, from), text.slice(from + BEGIN.length, to), text.slice(to + END.length)];
}
