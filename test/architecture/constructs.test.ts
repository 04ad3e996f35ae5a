import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('constructs read no file but the package’s own', () => {
  const readers = globSync('infra/aws/constructs/*.ts').filter((file) =>
    /from 'node:fs/.test(readFileSync(file, 'utf8')),
  );

  expect(readers).toEqual(['infra/aws/constructs/package-code.ts']);
});
