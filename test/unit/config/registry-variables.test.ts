import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const VARIABLE = /['`]((?:MLFLOW|AWS|REQUESTS|CURL|HTTP|HTTPS|NO)_[A-Z0-9_]*[A-Z0-9])['`]/g;

const read = new Set(
  globSync('src/{registry,artifacts,http-client,secrets}/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(VARIABLE)].map(([, name]) => name),
  ),
);
const page = readFileSync('docs/registries.md', 'utf8');

/** What stands in the first column of a table. */
const promised = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(VARIABLE)].map(([, name]) => name));

describe('docs/registries.md', () => {
  it('names every variable that registries and stores read', () => {
    expect([...read].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('promises no variable that nobody reads', () => {
    expect(promised.filter((name) => !read.has(name))).toEqual([]);
    expect(promised.length).toBeGreaterThan(35);
  });
});
