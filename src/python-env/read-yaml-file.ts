import { ServingError } from '../errors.ts';
import { readModelText } from './model-file.ts';

export type YamlNode = string | YamlNode[] | { readonly [key: string]: YamlNode };

/**
 * A YAML file of a model directory; undefined when it is not there. Every scalar is a text: `python: 3.10` stays so.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it is no YAML, or no map
 */
export async function readYamlFile(
  directory: string,
  path: string,
): Promise<Readonly<Record<string, YamlNode>> | undefined> {
  const text = await readModelText(directory, path);
  if (text === undefined) return undefined;
  const { parse } = await import('yaml');
  let root: unknown;
  try {
    root = parse(text, { schema: 'failsafe', uniqueKeys: false, logLevel: 'error' });
  } catch (error) {
    // The library's message quotes the file; only its position is passed on.
    const [position] = (error as { linePos?: { line: number }[] }).linePos ?? [];
    throw invalid(path, `it is not valid YAML${position ? ` in line ${position.line}` : ''}`);
  }
  if (isYamlMap(root)) return root;
  throw invalid(path, 'expected a map of keys at its top');
}

export const isYamlMap = (value: unknown): value is Readonly<Record<string, YamlNode>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The texts of a list; undefined when it is none, or has something else in it. */
export function textsOf(value: YamlNode | undefined): string[] | undefined {
  if (value === undefined || value === '') return [];
  if (!Array.isArray(value)) return undefined;
  return value.every((item) => typeof item === 'string') ? (value as string[]) : undefined;
}

const invalid = (path: string, problem: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', `${path} of the model cannot be read: ${problem}`);
