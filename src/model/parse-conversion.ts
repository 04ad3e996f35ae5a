import { ServingError } from '../errors.ts';
import {
  CONVERSION_FILE,
  type Conversion,
  type ConversionColumn,
  type ConversionInput,
  type ConversionOutput,
  type ConversionRefusal,
} from './conversion.ts';
import {
  asMap,
  checkDtype,
  checkFlag,
  checkKeys,
  choiceAt,
  invalid,
  isText,
  listAt,
  type Settings,
  textAt,
} from './conversion-fields.ts';

/** What this release writes and reads. */
const FORMAT = 1;

/**
 * Read `onnx/conversion.json`, strictly: a key that is not understood may change the answers.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming the key that is wrong
 */
export function parseConversion(text: string): Conversion {
  const root = asMap(decoded(text), '');
  if (typeof root['format'] === 'number' && root['format'] > FORMAT) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `${CONVERSION_FILE} has format ${root['format']}: the model was converted by a newer release; this one reads format ${FORMAT}, so update mlflow-serverless or convert the model again`,
    );
  }
  if (root['format'] !== FORMAT) throw invalid('format', `must be ${FORMAT}`);
  checkKeys(root, '', [...REQUIRED, 'predict_fn', 'refuses_empty']);
  for (const key of REQUIRED) if (root[key] === undefined) throw invalid(key, 'is missing');
  textAt(root, 'flavor', '');
  textAt(root, 'converter', '');
  if (root['predict_fn'] !== undefined) textAt(root, 'predict_fn', '');
  checkFlag(root, 'is_float32');
  if (root['refuses_empty'] !== undefined) checkFlag(root, 'refuses_empty');
  checkInput(asMap(root['input'], 'input'));
  checkOutput(asMap(root['output'], 'output'));
  listAt(root, 'refuses', '').forEach((item, i) => {
    checkRefusal(asMap(item, `refuses[${i}]`), `refuses[${i}]`);
  });
  return root as unknown as Conversion;
}

const REQUIRED = [
  'format',
  'flavor',
  'converter',
  'input',
  'output',
  'refuses',
  'is_float32',
] as const satisfies readonly (keyof Conversion)[];

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `${CONVERSION_FILE} is not valid JSON; convert the model again`,
      { cause },
    );
  }
}

function checkInput(input: Settings): void {
  const kind: ConversionInput['kind'] = choiceAt(input, 'kind', 'input', [
    'array',
    'columns',
    'named',
  ]);
  if (kind === 'array') checkArrayInput(input);
  else {
    const key = kind === 'columns' ? 'columns' : 'inputs';
    checkKeys(input, 'input', ['kind', key]);
    const list = listAt(input, key, 'input');
    if (list.length === 0) throw invalid(`input.${key}`, 'is empty');
    list.forEach((item, i) => {
      checkColumn(asMap(item, `input.${key}[${i}]`), `input.${key}[${i}]`);
    });
  }
}

function checkArrayInput(input: Settings): void {
  checkKeys(input, 'input', [
    'kind',
    'input',
    'dtype',
    'rank',
    'columns',
    'names',
    'arrays',
    'text_arrays',
    'objects',
    'name',
  ]);
  textAt(input, 'input', 'input');
  checkDtype(input, 'input');
  const { rank, columns, name } = input as Record<'rank' | 'columns' | 'name', unknown>;
  if (rank !== undefined && !(Number.isInteger(rank) && (rank as number) > 0)) {
    throw invalid('input.rank', 'must be a whole number above 0');
  }
  if (columns !== undefined && !listAt(input, 'columns', 'input').every(isText)) {
    throw invalid('input.columns', 'must be a list of names');
  }
  if (name !== undefined) textAt(input, 'name', 'input');
  for (const [key, choices] of ARRAY_CHOICES) {
    if (input[key] !== undefined) choiceAt(input, key, 'input', choices);
  }
}

const ARRAY_CHOICES: readonly [string, readonly string[]][] = [
  ['names', ['pick', 'same', 'strict']],
  ['arrays', ['cast', 'same', 'refuse']],
  ['text_arrays', ['parse', 'refuse']],
  ['objects', ['parse', 'refuse']],
];

function checkColumn(column: Settings, where: string): void {
  const keys: (keyof ConversionColumn)[] = [
    'name',
    'input',
    'dtype',
    'missing',
    'nan',
    'other',
    'lower',
  ];
  checkKeys(column, where, keys);
  textAt(column, 'name', where);
  textAt(column, 'input', where);
  checkDtype(column, where);
  if (column['missing'] !== undefined) textAt(column, 'missing', where);
  if (column['nan'] !== undefined) textAt(column, 'nan', where);
  if (column['other'] !== undefined) textAt(column, 'other', where);
  const lower = column['lower'];
  if (lower !== undefined && typeof lower !== 'boolean') {
    throw invalid(`${where}.lower`, 'must be true or false');
  }
}

function checkOutput(output: Settings): void {
  const keys: (keyof ConversionOutput)[] = ['kind', 'output', 'dtype', 'shape'];
  checkKeys(output, 'output', keys);
  choiceAt(output, 'kind', 'output', ['array', 'frame']);
  textAt(output, 'output', 'output');
  checkDtype(output, 'output');
  choiceAt(output, 'shape', 'output', ['rows', 'column', 'keep']);
}

const REFUSALS = ['nan', 'infinite', 'beyond-float32', 'beyond', 'unknown'] as const;

function checkRefusal(refusal: Settings, where: string): void {
  const keys: (keyof ConversionRefusal)[] = ['column', 'when', 'limit', 'values'];
  checkKeys(refusal, where, keys);
  textAt(refusal, 'column', where);
  const when = choiceAt(refusal, 'when', where, REFUSALS);
  if ((when === 'unknown') !== (refusal['values'] !== undefined)) {
    throw invalid(`${where}.values`, 'belongs to "unknown", and "unknown" to it');
  }
  const { limit } = refusal;
  if ((when === 'beyond') !== (typeof limit === 'number' && limit > 0)) {
    throw invalid(`${where}.limit`, 'must be a number above 0, of "beyond" alone');
  }
  if (when !== 'unknown') return;
  if (!listAt(refusal, 'values', where).every((v) => isText(v) || typeof v === 'number')) {
    throw invalid(`${where}.values`, 'must be a list of texts or numbers');
  }
}
