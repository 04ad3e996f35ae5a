import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AREAS, FINDINGS } from '../../../src/audit/findings.ts';

/** Rows of docs/audit.md: the heading above, the id, the severity. */
function documented(): Record<string, readonly [string, string]> {
  const text = readFileSync('docs/audit.md', 'utf8');
  return Object.fromEntries(
    text.split('\n## ').flatMap((section) => {
      const [area = ''] = section.split('\n');
      return Array.from(
        section.matchAll(/^\| `([a-z-]+)` \| (\w+) \|/gm),
        ([, id = '', severity = '']) => [id, [area, severity]] as const,
      );
    }),
  );
}

describe('docs/audit.md', () => {
  it('lists every finding under its area with its severity, and no others', () => {
    expect(documented()).toEqual(FINDINGS);
  });

  it('has the areas in the order in which they are printed', () => {
    const headings = [...readFileSync('docs/audit.md', 'utf8').matchAll(/^## (\w+)$/gm)];

    expect(headings.map(([, area]) => area)).toEqual(AREAS);
  });
});
