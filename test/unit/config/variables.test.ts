import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withConfigurationTable } from '../../../scripts/docs.ts';
import { OTHER_VARIABLES, VARIABLES } from '../../../src/config/variables.ts';

describe('the table of variables', () => {
  it('lists every variable of ours that the source reads', () => {
    const listed = [...Object.values(VARIABLES), ...OTHER_VARIABLES].map(({ name }) => name);
    const read = globSync('src/**/*.ts').flatMap(
      (file) => readFileSync(file, 'utf8').match(/\bMLFLOW_SERVERLESS_[A-Z_]+\b/g) ?? [],
    );

    expect([...new Set(read)].filter((name) => !listed.includes(name))).toEqual([]);
  });

  it('is the one in README.md; npm run docs writes it there', () => {
    const readme = readFileSync('README.md', 'utf8');

    expect(withConfigurationTable(readme)).toBe(readme);
  });
});
