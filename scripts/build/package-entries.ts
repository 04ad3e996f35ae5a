import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

/** What can be imported from the package: source → file in dist/. `exports` in package.json says the same. */
const ENTRIES = {
  'src/index.ts': 'index.js',
  'infra/aws/cdk.ts': 'cdk/index.js',
} as const;

/** Plain JavaScript: Node strips no types below node_modules. CDK apps still run on Node 22. */
const OPTIONS: BuildOptions = {
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
};

/** Bundle the entries, each into one file (other packages stay imports), and declare their types in dist/types. */
export async function buildEntries(dist: string): Promise<string[]> {
  const types = join(dist, 'types');
  rmSync(types, { recursive: true, force: true });
  execFileSync('tsc', ['-p', 'tsconfig.package.json', '--outDir', types], { stdio: 'inherit' });
  pruneDeclarations(types);
  const files: string[] = [];
  for (const [source, target] of Object.entries(ENTRIES)) {
    const file = join(dist, target);
    await build({ ...OPTIONS, entryPoints: [source], outfile: file });
    files.push(file);
  }
  return files;
}

/**
 * Delete every declaration that no entry's types lead to.
 *
 * The compiler writes one for each file of the program; most describe what is inside the bundles.
 *
 * @param types where the compiler put them
 */
function pruneDeclarations(types: string): void {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(join(types, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g)) {
      visit(normalize(join(dirname(file), `${path}.d.ts`)));
    }
  };
  for (const source of Object.keys(ENTRIES)) visit(source.replace(/\.ts$/, '.d.ts'));
  for (const file of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(join(types, file));
  }
}
