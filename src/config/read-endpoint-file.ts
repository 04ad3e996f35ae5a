import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { z } from 'zod';
import { ServingError } from '../errors.ts';
import { combinationFaults } from './endpoint-file/combinations.ts';
import type { Fault } from './endpoint-file/fault.ts';
import { shapeFaults } from './endpoint-file/shape-faults.ts';
import { readYamlText } from './endpoint-file/yaml-text.ts';
import { type EndpointFile, endpointSchema } from './endpoint-schema.ts';

/** @throws {ServingError} INVALID_PARAMETER_VALUE as `parseEndpointFile`, and when the file cannot be read */
export function readEndpointFile(path: string): EndpointFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = REASONS[(cause as NodeJS.ErrnoException).code ?? ''] ?? 'it cannot be read';
    throw invalid(`${path}: ${reason}`, { cause });
  }
  return besideFile(parseEndpointFile(text, path), dirname(path));
}

/** Folders that the file names are meant from where it lies; addresses and the words `store` and `registry` are none. */
function besideFile(file: EndpointFile, folder: string): EndpointFile {
  const { image, trust } = file.python;
  // As it is written, where that is the same: a folder ./store must not become the word.
  if (folder === '.') return file;
  const isFolder = (place: string): boolean =>
    place !== 'store' && place !== 'registry' && !place.includes(':/') && !isAbsolute(place);
  const python = {
    ...file.python,
    image: isAbsolute(image) ? image : join(folder, image),
    ...(trust && { trust: trust.map((place) => (isFolder(place) ? join(folder, place) : place)) }),
  };
  return { ...file, python };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder; expected an endpoint file',
};

/**
 * Understand an endpoint file: YAML 1.2, every default filled in.
 *
 * @param filename stands before each fault
 * @throws {ServingError} INVALID_PARAMETER_VALUE with one line for every fault of the file, in its order:
 *   `endpoint.yaml:12:3: unknown key "memorySize" in lambda: did you mean "memoryMiB"?`
 */
export function parseEndpointFile(text: string, filename: string): EndpointFile {
  const yaml = readYamlText(text);
  if (yaml.value === null) {
    throw invalid(`${filename}:1:1: the file is empty: expected at least name, model and auth`);
  }
  const checked = endpointSchema.safeParse(yaml.value);
  const faults = yaml.value === undefined ? [] : faultsOf(yaml.value, checked.error);
  const lines = [
    ...yaml.problems,
    ...faults.map((fault) => ({ ...yaml.find(fault.path, fault.at ?? 'value'), text: fault.text })),
  ];
  if (checked.success && lines.length === 0) return checked.data;
  throw invalid(
    lines
      .toSorted((a, b) => a.line - b.line || a.column - b.column)
      .map(({ line, column, text: fault }) => `${filename}:${line}:${column}: ${fault}`)
      .join('\n'),
  );
}

function faultsOf(value: unknown, error: z.ZodError | undefined): Fault[] {
  const shape = shapeFaults(error?.issues ?? [], value);
  return [...shape, ...combinationFaults(value, shape)];
}

const invalid = (message: string, options?: ErrorOptions): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message, options);
