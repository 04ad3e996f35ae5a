import { redact } from '../redact.ts';

/** A folder of this machine and what stands for it in a log. */
export type NamedFolder = readonly [path: string, name: string];

/**
 * Take folders of this machine, its user and credentials out of what a program said.
 *
 * @param folders longest first wins
 */
export function cleanLog(lines: readonly string[], folders: readonly NamedFolder[]): string {
  const known = folders.toSorted(([a], [b]) => b.length - a.length);
  const clean = (line: string): string => {
    const named = known.reduce((text, [path, name]) => text.replaceAll(path, name), line);
    return redact(named.replace(/(?:\/(?:home|Users)\/[^/\s:'"]+|\/root)(?=\/)/g, '~'));
  };
  return lines.length === 0 ? '' : `${lines.map(clean).join('\n')}\n`;
}
