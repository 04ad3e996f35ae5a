import { ServingError } from '../errors.ts';

/** Longest name most file systems take for one part of a path; bytes. */
const MAX_PART_BYTES = 255;
const MAX_PATH_BYTES = 1024;

/**
 * Refuse a listed path that could be written anywhere but below its own directory.
 *
 * Listings and manifests come from servers, so every entry is hostile until proven: `..`, absolute
 * paths, drive letters, backslashes, control characters, empty parts and overlong names all fail.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming the rule and the URI it was found at
 * @see mlflow/utils/uri.py, `validate_path_is_safe`
 */
export function checkArtifactPath(path: string, uri: string): void {
  const rule = findBrokenRule(path);
  if (rule === undefined) return;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${uri} lists the path ${quote(path)}, which ${rule}; expected a path below the model directory, / between its parts`,
  );
}

function findBrokenRule(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z]:/.test(path)) return 'begins with a drive letter';
  if (path.includes('\\')) return 'holds a backslash';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'holds a control character';
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  return path.split('/').map(findBrokenPartRule).find(Boolean);
}

function findBrokenPartRule(part: string): string | undefined {
  if (part === '') return 'has an empty part';
  if (part === '.' || part === '..') return `has a part ${quote(part)}`;
  if (Buffer.byteLength(part) > MAX_PART_BYTES) return `has a part over ${MAX_PART_BYTES} bytes`;
  return undefined;
}

/** A listed name, fit for a message: escaped and cut at 80 characters. */
const quote = (path: string): string => JSON.stringify(path.slice(0, 80));
