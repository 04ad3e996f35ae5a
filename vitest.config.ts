import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** One project per kind of proof; CONTRIBUTING.md says what each needs. */
const project = (
  name: string,
  include: string[],
  testTimeout: number,
  globalSetup: string[] = [],
) => ({ test: { name, include, testTimeout, hookTimeout: testTimeout, globalSetup } });

/** Files share what they have imported: templates are made once, and not for each file. */
const shared = ({ test }: ReturnType<typeof project>) => ({ test: { ...test, isolate: false } });

/** Made once, before the files that share it. */
const BUILT = 'test/helpers/prepare-built.ts';

/** Two files at once on a machine of two processors, too: they mostly wait, for servers, queues and claims that end. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    maxWorkers,
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 10_000),
      project('architecture', ['test/architecture/**/*.test.ts'], 10_000),
      project('contract', ['test/contract/**/*.test.ts'], 30_000),
      project('parity', ['test/parity/**/*.test.ts'], 60_000),
      project('integration', ['test/integration/**/*.test.ts'], 60_000),
      shared(project('infra', ['test/infra/**/*.test.ts'], 60_000)),
      project('properties', ['test/properties/**/*.test.ts'], 600_000),
      project('deployed', ['test/infra/**/*.deployed.ts'], 120_000, [BUILT]),
      project('python', ['test/python/**/*.test.ts'], 300_000),
      project('image', ['test/image/**/*.test.ts'], 120_000),
      project('artifact', ['test/artifact/**/*.test.ts'], 120_000, [BUILT]),
    ],
  },
});
