import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What a cold start must not pay for: the file is checked when the endpoint is deployed. */
const NEVER_IN_A_FUNCTION = ['zod', 'aws-cdk-lib', 'commander', 'cli-progress'];

describe('the functions', () => {
  it.each(
    globSync('handlers/**/*.ts'),
  )('%s reaches no package of deployment or command line', (entry) => {
    const packages = packagesReachedFrom(entry);

    expect(NEVER_IN_A_FUNCTION.filter((name) => packages.has(name))).toEqual([]);
  });
});

/** Of value imports, `import()` too: a bundle takes them all in. */
function packagesReachedFrom(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const walk = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const name of valueImports(readFileSync(file, 'utf8'))) {
      if (name.startsWith('.')) walk(join(dirname(file), name));
      else packages.add(name);
    }
  };
  walk(entry);
  return packages;
}

const valueImports = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)(?!\s+type)\s[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g,
    ),
  ].map(([, from, lazy]) => (from ?? lazy) as string);
