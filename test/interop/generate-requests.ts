import type { ColSpec, ParamSpec, Signature, TensorSpec } from '../../src/model/signature.ts';
import type { Random } from './random.ts';

export interface GeneratedRequest {
  contentType: string;
  body: string;
}

/** What the generator must know of a model. */
export interface RequestTarget {
  signature: Signature | undefined;
  /** Input names and sizes of the ONNX graph, for models without a signature. */
  feeds: readonly { name: string; width: number }[];
}

/**
 * Make requests that a model may get: mostly right ones, in every form of the protocol, and every
 * usual mistake. Bodies are text, since `1` and `1.0` must stay what they are.
 */
export function generateRequests(
  target: RequestTarget,
  count: number,
  random: Random,
): GeneratedRequest[] {
  return Array.from({ length: count }, () => generate(target, random));
}

function generate({ signature, feeds }: RequestTarget, random: Random): GeneratedRequest {
  const inputs = signature?.inputs;
  if (inputs?.kind === 'columns')
    return withParams(columnsRequest(inputs.inputs, random), signature, random);
  if (inputs?.kind === 'tensors') return tensorsRequest(inputs.inputs, random);
  return unsignedRequest(feeds, random);
}

const json = (body: string): GeneratedRequest => ({ contentType: 'application/json', body });

// Columns

function columnsRequest(specs: readonly ColSpec[], random: Random): GeneratedRequest {
  const rowCount = random.pick([1, 1, 1, 2, 3, 7, 0]);
  const mistakes = random.next() < 0.5 ? 0 : random.next() < 0.7 ? 0.02 : 0.3;
  let columns = specs.map((spec) => ({
    name: spec.name ?? '0',
    cells: Array.from({ length: rowCount }, () => cell(spec.type, mistakes, random)),
  }));
  if (random.next() < 0.15) columns = random.shuffled(columns);
  if (random.next() < 0.08) columns.splice(random.below(columns.length), 1);
  if (random.next() < 0.08) {
    const cells = columns[0]?.cells ?? Array.from({ length: rowCount }, () => '1');
    columns.push({ name: random.pick(['extra', 'A', '', 'é']), cells });
  }
  const names = columns.map(({ name }) => JSON.stringify(name));
  const rows = Array.from({ length: rowCount }, (_, row) =>
    columns.map(({ cells }) => cells[row] as string),
  );
  const records = rows
    .map((row) => `{${row.map((c, i) => `${names[i]}:${c}`).join(', ')}}`)
    .join(',');
  const lists = columns.map(({ cells }, i) => `${names[i]}: [${cells.join(',')}]`).join(', ');
  const data = `[${rows.map((row) => `[${row.join(', ')}]`).join(',')}]`;
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      return json(`{"dataframe_split": {"columns": [${names}], "data": ${data}}}`);
    case 3:
    case 4:
      return json(`{"dataframe_records": [${records}]}`);
    case 5:
      return json(`{"inputs": {${lists}}}`);
    case 6:
      return json(`{"inputs": [${records}]}`);
    case 7:
      return json(`{"instances": [${records}]}`);
    case 8:
      return json(`{"inputs": ${data}}`);
    case 9:
      return json(`{"dataframe_split": {"data": ${data}, "index": [${rows.map((_, i) => i)}]}}`);
    default:
      return { contentType: 'text/csv', body: csv(columns, rowCount) };
  }
}

const csv = (columns: { name: string; cells: string[] }[], rowCount: number): string =>
  [
    columns.map(({ name }) => csvField(name)).join(','),
    ...Array.from({ length: rowCount }, (_, row) =>
      columns.map(({ cells }) => csvField(csvText(cells[row] as string))).join(','),
    ),
    '',
  ].join('\n');

const csvText = (cellText: string): string => {
  if (cellText === 'null') return '';
  if (cellText === 'true') return 'True';
  if (cellText === 'false') return 'False';
  return cellText.startsWith('"') ? JSON.parse(cellText) : cellText;
};

const csvField = (text: string): string =>
  /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function cell(type: string, mistakes: number, random: Random): string {
  if (random.next() < mistakes) return random.pick(ODD_CELLS);
  switch (type) {
    case 'boolean':
      return random.pick(['true', 'false']);
    case 'integer':
    case 'long':
      return String(random.below(2000) - 1000);
    case 'string':
      return JSON.stringify(random.pick(['red', 'green', 'x', 'é', 'a,b', 'two words', '']));
    case 'datetime':
      return random.pick(['"2024-01-02"', '"2024-01-02T03:04:05"']);
    case 'binary':
      return '"AQID"';
    default:
      return decimal(random);
  }
}

/** A number as clients write them: few decimals, all 17 digits, exponents, whole floats. */
function decimal(random: Random): string {
  const value = (random.next() - 0.3) * 10 ** random.below(5);
  switch (random.below(6)) {
    case 0:
      return String(value);
    case 1:
      return value.toExponential(3);
    case 2:
      return `${Math.round(value)}.0`;
    case 3:
      return String(Math.round(value));
    default:
      return value.toFixed(3);
  }
}

const ODD_CELLS = [
  'null',
  'NaN',
  'Infinity',
  '-Infinity',
  'true',
  'false',
  '0',
  '1',
  '-0.0',
  '1e400',
  '3000000000',
  '9007199254740993',
  '18446744073709551615',
  '"1.5"',
  '" 7 "',
  '"abc"',
  '""',
  '"nan"',
  '[1]',
  '[]',
  '["a", "two words"]',
  '[[1,"b"],[null,2.0]]',
  '{"a":1}',
  '1e-320',
  '0.1',
  '123456789.123456789',
  '"1_000"',
  '"2024-01-02"',
];

// Params

function withParams(
  request: GeneratedRequest,
  signature: Signature | undefined,
  random: Random,
): GeneratedRequest {
  if (request.contentType !== 'application/json' || random.next() < 0.5) return request;
  const params = (signature?.params ?? []).filter(() => random.next() < 0.6);
  const pairs = params.map((spec) => `${JSON.stringify(spec.name)}: ${paramValue(spec, random)}`);
  if (random.next() < 0.1) pairs.push('"unknown": 1');
  const value =
    random.next() < 0.05 ? random.pick(['null', '[]', '"x"', '1']) : `{${pairs.join(', ')}}`;
  return json(`${request.body.slice(0, -1)}, "params": ${value}}`);
}

function paramValue(spec: ParamSpec, random: Random): string {
  const one = (): string =>
    random.next() < 0.3
      ? random.pick(ODD_CELLS.filter((c) => c !== '1e400'))
      : cell(spec.type, 0, random);
  if (spec.shape === null) return random.next() < 0.05 ? `[${one()}]` : one();
  return random.next() < 0.1
    ? one()
    : `[${Array.from({ length: random.below(3) }, one).join(',')}]`;
}

// Tensors

function tensorsRequest(specs: readonly TensorSpec[], random: Random): GeneratedRequest {
  const batch = random.pick([1, 1, 2, 3, 0]);
  const mistakes = random.next() < 0.6 ? 0 : 0.02;
  const tensors = specs.map((spec) => ({
    name: spec.name,
    text: nested(shapeFor(spec.shape, batch, random), spec.dtype, mistakes, random),
  }));
  const key = random.pick(['inputs', 'inputs', 'instances']);
  const first = tensors[0] as { name: string | undefined; text: string };
  if (first.name === undefined) {
    if (random.next() < 0.1) return json(`{"${key}": {"x": ${first.text}}}`);
    if (random.next() < 0.15 && specs[0]?.shape.length === 2) {
      return json(`{"dataframe_split": {"data": ${first.text}}}`);
    }
    return json(`{"${key}": ${first.text}}`);
  }
  const kept = tensors.filter(() => random.next() > 0.04);
  if (random.next() < 0.05) kept.push({ name: 'extra', text: '[1]' });
  if (random.next() < 0.1) return json(`{"${key}": ${first.text}}`);
  const pairs = kept.map(({ name, text }) => `${JSON.stringify(name)}: ${text}`).join(', ');
  if (random.next() < 0.15) return json(`{"dataframe_records": [{${pairs}}]}`);
  return json(`{"${key}": {${pairs}}}`);
}

function shapeFor(shape: readonly number[], batch: number, random: Random): number[] {
  const sizes = shape.map((size, axis) => (size === -1 ? (axis === 0 ? batch : 2) : size));
  if (random.next() < 0.06) sizes.pop();
  if (random.next() < 0.06) sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + 1;
  return sizes;
}

function nested(shape: readonly number[], dtype: string, mistakes: number, random: Random): string {
  const [size, ...rest] = shape;
  if (size === undefined) {
    if (random.next() < mistakes) return random.pick(ODD_CELLS);
    return cell(
      dtype === 'object' || dtype === 'str' ? 'string' : /int/.test(dtype) ? 'long' : 'double',
      0,
      random,
    );
  }
  return `[${Array.from({ length: size }, () => nested(rest, dtype, mistakes, random)).join(', ')}]`;
}

// No signature

function unsignedRequest(feeds: RequestTarget['feeds'], random: Random): GeneratedRequest {
  const { name, width } = feeds[0] as { name: string; width: number };
  const rowCount = random.pick([1, 1, 2, 5, 0]);
  const columns = random.next() < 0.05 ? width + 1 : width;
  const mistakes = random.next() < 0.6 ? 0 : 0.02;
  const rows = Array.from({ length: rowCount }, () =>
    Array.from({ length: columns }, () => cell('double', mistakes, random)),
  );
  const data = `[${rows.map((row) => `[${row.join(', ')}]`).join(',')}]`;
  const labels = Array.from({ length: columns }, (_, i) => `"c${i}"`);
  switch (random.below(8)) {
    case 0:
    case 1:
      return json(`{"inputs": ${data}}`);
    case 2:
      return json(`{"instances": ${data}}`);
    case 3:
      return json(`{"inputs": {${JSON.stringify(random.next() < 0.9 ? name : 'wrong')}: ${data}}}`);
    case 4:
      return json(`{"dataframe_split": {"columns": [${labels}], "data": ${data}}}`);
    case 5:
      return json(
        `{"dataframe_records": [${rows.map((row) => `{${row.map((c, i) => `${labels[i]}: ${c}`)}}`).join(',')}]}`,
      );
    case 6:
      return json(`{"dataframe_split": {"data": ${data}}}`);
    default:
      return {
        contentType: 'text/csv',
        body: `${labels.map((l) => l.slice(1, -1)).join(',')}\n${rows.map((row) => row.map(csvText).join(',')).join('\n')}\n`,
      };
  }
}
