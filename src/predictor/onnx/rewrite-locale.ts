import type { Edit } from './graph-edits.ts';
import { GRAPH_NODE } from './graph-outputs.ts';
import type { Field, ModelFile } from './model-file.ts';
import { bytesField, textField, varintField } from './protobuf-fields.ts';

const NODE_OPERATOR = 4;
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE_NAME = 1;
/** ONNX's number of an attribute that is one text. */
const TEXT_ATTRIBUTE = 3;

const ATTRIBUTE_TEXT = 4;
/** Every Linux has it, and it folds case as the English locales do; Turkish ones, say, do not. */
const LOCALE = 'C.UTF-8';
const LIKE_IT = /^(?:en_|C\b|$)/;

/** ORT's complaint about a locale that the machine lacks. */
export const isMissingLocale = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('Failed to construct locale');

/**
 * Give every English StringNormalizer of the graph a locale that exists here.
 *
 * skl2onnx writes `en_US` into text models, which slim images and AWS Lambda do not install: ORT
 * then refuses the model. Nodes inside subgraphs are left alone.
 *
 * @throws {MalformedModel}
 */
export function localeEdits(file: ModelFile, graph: Field): Edit[] {
  const edits: Edit[] = [];
  for (const field of file.fields(graph.valueStart, graph.end)) {
    if (field.number !== GRAPH_NODE || field.wireType !== 2) continue;
    const parts = [...file.fields(field.valueStart, field.end)];
    const operator = parts.find(({ number }) => number === NODE_OPERATOR);
    if (operator === undefined || file.text(operator) !== 'StringNormalizer') continue;
    const locale = parts.find((part) => isLocale(file, part));
    if (LIKE_IT.test(locale === undefined ? '' : localeName(file, locale))) {
      edits.push({ field, bytes: withLocale(file, parts) });
    }
  }
  return edits;
}

function withLocale(file: ModelFile, parts: readonly Field[]): Buffer {
  const kept = parts.filter((part) => !isLocale(file, part));
  const copies = kept.map(({ start, end }) => {
    const copy = Buffer.alloc(end - start);
    file.copyTo(copy, 0, start, end);
    return copy;
  });
  const locale = bytesField(
    NODE_ATTRIBUTE,
    textField(ATTRIBUTE_NAME, 'locale'),
    textField(ATTRIBUTE_TEXT, LOCALE),
    varintField(20, TEXT_ATTRIBUTE),
  );
  return bytesField(GRAPH_NODE, ...copies, locale);
}

function isLocale(file: ModelFile, part: Field): boolean {
  if (part.number !== NODE_ATTRIBUTE || part.wireType !== 2) return false;
  for (const field of file.fields(part.valueStart, part.end)) {
    if (field.number === ATTRIBUTE_NAME) return file.text(field) === 'locale';
  }
  return false;
}

function localeName(file: ModelFile, attribute: Field): string {
  for (const field of file.fields(attribute.valueStart, attribute.end)) {
    if (field.number === ATTRIBUTE_TEXT) return file.text(field);
  }
  return '';
}
