/** What one line of a requirements file is. */
export type RequirementLine =
  /** `-r file` and `-c file`: relative to the file that says so. */
  | { readonly kind: 'include' | 'constraints'; readonly path: string }
  /** Holds for the whole set: `--index-url https://…`. */
  | { readonly kind: 'option'; readonly name: string; readonly value: string | undefined }
  /** A file or folder: relative to the model directory, as pip is started there. */
  | { readonly kind: 'path'; readonly path: string; readonly text: string }
  | { readonly kind: 'package'; readonly text: string };

/** pip's options that stand on a line of their own, by each of their names; true: a value follows. */
const OPTIONS: Readonly<Record<string, readonly [name: string, hasValue: boolean]>> = {
  '-i': ['--index-url', true],
  '--index-url': ['--index-url', true],
  '--pypi-url': ['--index-url', true],
  '--extra-index-url': ['--extra-index-url', true],
  '--no-index': ['--no-index', false],
  '-f': ['--find-links', true],
  '--find-links': ['--find-links', true],
  '--no-binary': ['--no-binary', true],
  '--only-binary': ['--only-binary', true],
  '--prefer-binary': ['--prefer-binary', false],
  '--require-hashes': ['--require-hashes', false],
  '--pre': ['--pre', false],
  '--trusted-host': ['--trusted-host', true],
  '--use-feature': ['--use-feature', true],
  '-r': ['-r', true],
  '--requirement': ['-r', true],
  '-c': ['-c', true],
  '--constraint': ['-c', true],
  '-e': ['-e', true],
  '--editable': ['-e', true],
};

const ARCHIVE = /\.(?:whl|zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz)$/i;

/**
 * Read one logical line.
 *
 * A folder to be installed as editable is installed as it is: the model directory may go away.
 *
 * @returns undefined for an option that pip does not know there
 */
export function parseRequirementLine(text: string): RequirementLine | undefined {
  if (!text.startsWith('-')) return parseRequirement(text);
  const [, written = '', rest = ''] = /^(--[a-z-]+|-[a-z])(.*)$/is.exec(text) ?? [];
  const [name, hasValue] = OPTIONS[written] ?? [];
  const value = rest.replace(/^\s*=?\s*/, '').replace(/^(["'])(.*)\1$/, '$2');
  if (name === undefined || hasValue !== (value !== '')) return undefined;
  if (name === '-r') return { kind: 'include', path: value };
  if (name === '-c') return { kind: 'constraints', path: value };
  if (name === '-e') return parseRequirement(value);
  return { kind: 'option', name, value: hasValue ? value : undefined };
}

/** A name, an address, or something on disk. */
function parseRequirement(text: string): RequirementLine {
  const location = /^[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?\s*@\s*(.+)$/.exec(text)?.[1] ?? text;
  const [bare = ''] = location.split(/\s+;|\s+--/);
  const place = bare.trim().replace(/\[[^\]]*\]$/, '');
  if (/^file:/i.test(place)) return { kind: 'path', path: pathOfUrl(place), text };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return { kind: 'package', text };
  const isPath = /^(?:[.~]|[A-Za-z]:[\\/])/.test(place) || /[\\/]/.test(place);
  return isPath || ARCHIVE.test(place)
    ? { kind: 'path', path: place, text }
    : { kind: 'package', text };
}

const pathOfUrl = (url: string): string => {
  const path = url.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/i, '').replace(/[#?].*$/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // no valid encoding: then it is meant as it is written
  }
};

/** The package that a line names, as PyPI writes it; undefined for what is on disk or has no name. */
export function packageName(text: string): string | undefined {
  const name = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:$|[\s[;@<>=!~(])/.exec(
    text,
  )?.[1];
  return name?.toLowerCase().replace(/[-_.]+/g, '-');
}
