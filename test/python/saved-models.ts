import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';

export interface SavedModels {
  /** The interpreter of the environment that saved them. */
  readonly python: string;
  /** The folder of its programs. */
  readonly bin: string;
  directory(name: string): string;
  remove(): void;
}

/** Models of make_models.py, saved by the MLflow of that environment. */
export function saveModels(names: string[], environment: 'interop' | 'mlflow2'): SavedModels {
  const bin = ensurePythonEnvironment(environment);
  const python = join(bin, 'python');
  const folder = mkdtempSync(join(tmpdir(), 'python-models-'));
  execFileSync(python, [resolve('test/python/make_models.py'), folder, ...names], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return {
    python,
    bin,
    directory: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
