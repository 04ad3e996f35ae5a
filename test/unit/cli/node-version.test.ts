import { expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { nodeProblem } from '../../../src/cli/node-version.ts';

it.each(['24.0.0', '24.21.0', '26.1.0'])('takes Node %s', (version) => {
  expect(nodeProblem(version)).toBeUndefined();
});

it.each(['18.20.8', '20.20.2', '23.11.1'])('names Node %s and what is needed', (version) => {
  expect(nodeProblem(version)).toMatch(`this is Node ${version}, but Node 24 or newer is needed`);
});

it('asks for what package.json asks for', () => {
  expect(packageJson.engines.node).toBe('>=24');
});
