import type { ColSpec, Signature, TensorSpec } from '../model/signature.ts';

/** More cells make a line that nobody wants to paste. */
const MAX_CELLS = 100;

/** JSON text of a cell that each column type takes; nested types have none. */
const CELL_BY_TYPE: Readonly<Partial<Record<ColSpec['type'], string>>> = {
  boolean: 'true',
  integer: '1',
  long: '1',
  float: '1.0',
  double: '1.0',
  string: '"text"',
  binary: '"AQID"',
  datetime: '"2024-01-01T00:00:00"',
};

/** One row that fits the signature, as a body for `/invocations`; undefined when none can be made. */
export function exampleBody(signature: Signature | undefined): string | undefined {
  const schema = signature?.inputs;
  if (schema === undefined) return undefined;
  return schema.kind === 'columns' ? columnsBody(schema.inputs) : tensorsBody(schema.inputs);
}

function columnsBody(columns: readonly ColSpec[]): string | undefined {
  const cells = columns.map(({ type }) => CELL_BY_TYPE[type]);
  if (cells.includes(undefined)) return undefined;
  const names = columns.map(({ name }) => name).filter((name) => name !== undefined);
  const labels = names.length > 0 ? `"columns":${JSON.stringify(names)},` : '';
  return `{"dataframe_split":{${labels}"data":[[${cells.join(',')}]]}}`;
}

function tensorsBody(tensors: readonly TensorSpec[]): string | undefined {
  const texts = tensors.map(tensorText);
  if (texts.includes(undefined)) return undefined;
  const [only] = tensors;
  if (tensors.length === 1 && only?.name === undefined) return `{"inputs":${texts[0]}}`;
  const members = tensors.map(({ name }, i) => `${JSON.stringify(name)}:${texts[i]}`);
  return `{"inputs":{${members.join(',')}}}`;
}

function tensorText({ dtype, shape }: TensorSpec): string | undefined {
  const sizes = shape.map((size) => (size < 0 ? 1 : size));
  if (sizes.reduce((n, d) => n * d, 1) > MAX_CELLS) return undefined;
  const cell = cellOfDtype(dtype);
  if (cell === undefined) return undefined;
  return sizes.reduceRight((text, size) => `[${Array(size).fill(text).join(',')}]`, cell);
}

function cellOfDtype(dtype: string): string | undefined {
  if (/^(float|double)/.test(dtype)) return '0.0';
  if (/^u?int/.test(dtype)) return '0';
  if (dtype === 'bool') return 'false';
  return /^(str|object)/.test(dtype) ? '"text"' : undefined;
}
