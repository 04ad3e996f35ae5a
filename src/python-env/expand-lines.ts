import { dirname, isAbsolute, join } from 'node:path';
import { ServingError } from '../errors.ts';
import { logicalLines } from './logical-lines.ts';
import { insideModel, readModelText } from './model-file.ts';
import { parseRequirementLine, type RequirementLine } from './requirement-line.ts';

/** Lines with everything put in its place that they include. */
export interface ExpandedLines {
  readonly lines: string[];
  readonly constraints: string[];
  readonly options: string[];
  readonly files: string[];
  /** Files that `-r` put in. */
  readonly included: string[];
}

const MAX_DEPTH = 8;
const MAX_LINES = 20_000;

interface Place {
  readonly directory: string;
  /** The file that the lines stand in, for messages. */
  readonly file: string;
  readonly depth: number;
  readonly isConstraint: boolean;
}

/**
 * Read requirement lines and the files of the model directory that they include by `-r` and `-c`.
 *
 * @param file that the lines come from, relative to the directory
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a line that pip would not take, a file that is not there,
 *   or a path that leaves the directory
 */
export async function expandLines(
  directory: string,
  file: string,
  texts: readonly string[],
): Promise<ExpandedLines> {
  const expanded: ExpandedLines = {
    lines: [],
    constraints: [],
    options: [],
    files: [],
    included: [],
  };
  await addLines(expanded, texts.join('\n'), { directory, file, depth: 0, isConstraint: false });
  return expanded;
}

async function addLines(into: ExpandedLines, text: string, place: Place): Promise<void> {
  if (place.depth > MAX_DEPTH) throw invalid(place.file, 'files include each other too deeply');
  for (const { text: line, line: number } of logicalLines(text)) {
    const where = `${place.file}, line ${number}`;
    if (into.lines.length + into.constraints.length > MAX_LINES) {
      throw invalid(where, `there are more than ${MAX_LINES} requirements`);
    }
    const parsed = parseRequirementLine(line);
    if (parsed === undefined)
      throw invalid(where, `${optionOf(line)} is no option of a requirements file`);
    await addLine(into, parsed, place, where);
  }
}

async function addLine(
  into: ExpandedLines,
  line: RequirementLine,
  place: Place,
  where: string,
): Promise<void> {
  switch (line.kind) {
    case 'include':
    case 'constraints': {
      const file = beside(place.file, line.path);
      if (/^[a-z]+:\/\//i.test(line.path)) {
        throw invalid(
          where,
          'requirements at an address are not read; put the file beside MLmodel',
        );
      }
      const text = await readModelText(place.directory, file);
      if (text === undefined)
        throw invalid(
          where,
          `there is no file ${JSON.stringify(file.slice(0, 80))} in the model directory`,
        );
      if (line.kind === 'include') into.included.push(file);
      const isConstraint = place.isConstraint || line.kind === 'constraints';
      return addLines(into, text, { ...place, file, isConstraint, depth: place.depth + 1 });
    }
    case 'option':
      into.options.push(await option(into, line, place, where));
      return;
    case 'path': {
      const path = await insideModel(place.directory, line.path, where);
      if (path === undefined)
        throw invalid(
          where,
          `there is no ${JSON.stringify(line.path.slice(0, 80))} in the model directory`,
        );
      into.files.push(path);
    }
  }
  (place.isConstraint ? into.constraints : into.lines).push(line.text);
}

/** Links to packages may be a folder of the model. */
async function option(
  into: ExpandedLines,
  { name, value }: Extract<RequirementLine, { kind: 'option' }>,
  place: Place,
  where: string,
): Promise<string> {
  if (value === undefined) return name;
  if (name !== '--find-links' || /^https?:/i.test(value)) return `${name} ${value}`;
  const fromFile = beside(place.file, value.replace(/^file:(\/\/)?/i, ''));
  const path = await insideModel(place.directory, fromFile, where);
  if (path === undefined)
    throw invalid(
      where,
      `there is no folder ${JSON.stringify(value.slice(0, 80))} in the model directory`,
    );
  into.files.push(path);
  return `${name} ./${path}`;
}

/** Relative to the file that names it, as pip has it. */
const beside = (file: string, path: string): string =>
  isAbsolute(path) || path.startsWith('~') ? path : join(dirname(file), path);

/** Never the value: it may be an address with a password. */
const optionOf = (line: string): string => /^-{1,2}[\w-]*/.exec(line)?.[0].slice(0, 40) ?? 'this';

const invalid = (where: string, problem: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the model's requirements cannot be read: ${where}: ${problem}`,
  );
