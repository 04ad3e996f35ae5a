import { type Cell, cellJson } from './cell.ts';
import type { ProofSource, ProofVerdict, WorstRow } from './proof.ts';
import type { ProofReport } from './proof-report.ts';

const VERDICTS: Readonly<Record<ProofVerdict, string>> = {
  equal: 'the converted model answers like the original',
  drift: 'the converted model does not answer like the original: numbers or labels differ',
  different: 'the converted model does not answer like the original: statuses or structures differ',
};
const MOST_WORST = 10;
const LONGEST_INPUT = 300;
const LONGEST_CELL = 40;

/** The report for people: what was asked, how it was answered, the worst rows. */
export function reportText(report: ProofReport): string {
  const { proof, model, flavor, converter, numbers, versions } = report;
  const { tolerance } = proof;
  return [
    `${model}: ${VERDICTS[proof.verdict]}`,
    '',
    `flavor      ${flavor}, converted by ${converter} with ${numbers} inputs`,
    `tolerance   ${exponent(tolerance.relative)} relative; below ${tolerance.floor} of an output's usual size, of that`,
    `worst error ${exponent(proof.largest_error)}`,
    `statuses    ${entries(proof.statuses)}`,
    `versions    ${entries(versions)}`,
    `original    sha256 ${report.original_sha256}`,
    '',
    ...sourceTable(proof.sources),
    ...(proof.worst.length > 0 ? ['', ...worstRows(proof.worst)] : []),
    '',
  ].join('\n');
}

/** The rows answered worst, each with its input. */
export function worstRows(worst: readonly WorstRow[], most = MOST_WORST): string[] {
  const shown = worst.slice(0, most);
  return [
    `worst of the differences${worst.length > most ? ` (${most} of ${worst.length} kept)` : ''}:`,
    ...shown.flatMap((row, index) => [
      `  ${index + 1}. ${row.kind} (${row.source}, ${row.form})${row.path === '' ? '' : ` at ${row.path}`}`,
      `     input    ${row.input === undefined ? 'the request as a whole' : inputText(row.input)}`,
      `     expected ${row.expected}`,
      `     got      ${row.got}${row.relative_error === null ? '' : `, relative error ${exponent(row.relative_error)}`}`,
    ]),
  ];
}

const HEADER = [
  'rows',
  'requests',
  'refused',
  'number',
  'label',
  'structure',
  'status',
  'worst error',
];

function sourceTable(sources: readonly ProofSource[]): string[] {
  const table = [
    ['from', ...HEADER],
    ...sources.map(({ source, requests, rows, refused, differences, largest_error: error }) => [
      source,
      ...[rows, requests, refused].map(String),
      ...[differences.number, differences.label, differences.structure, differences.status].map(
        String,
      ),
      exponent(error),
    ]),
  ];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((line) => line[column]?.length ?? 0)),
  );
  return table.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function inputText(input: Readonly<Record<string, Cell>>): string {
  const cells = Object.entries(input).map(([name, cell]) => {
    const text = cellJson(cell);
    return `${name}: ${text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text}`;
  });
  const text = `{${cells.join(', ')}}`;
  return text.length > LONGEST_INPUT ? `${text.slice(0, LONGEST_INPUT)}…` : text;
}

const exponent = (value: number): string =>
  value === 0 ? '0' : Number.isFinite(value) ? value.toExponential(1) : 'infinite';

const entries = (map: Readonly<Record<string, string | number>>): string =>
  Object.entries(map)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ') || 'none';
