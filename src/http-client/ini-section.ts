import { readFileSync } from 'node:fs';

/**
 * The keys of one section of an INI file, in lower case; empty when there is no such file or section.
 *
 * Such files are optional wherever they are read: whoever needs what is not there says so.
 */
export function readIniSection(path: string, section: string): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return new Map(); // see above
  }
  const settings = new Map<string, string>();
  let current = '';
  for (const line of text.split(/\r?\n/)) {
    current = /^\[(.*)\]\s*$/.exec(line)?.[1]?.trim() ?? current;
    const [, key, value] = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (current === section && key && value) settings.set(key.toLowerCase(), value);
  }
  return settings;
}
