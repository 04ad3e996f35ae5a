import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MlModel } from '../../src/model/mlmodel.ts';

/** A folder with these files in it, by relative path; it goes when the process does. */
export function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'model-folder-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** An MLmodel that says nothing but this. */
export const mlmodelOf = (
  pyfunc: Readonly<Record<string, unknown>>,
  mlflowVersion: string | undefined = '3.17.2',
): MlModel => ({
  flavors: { python_function: pyfunc },
  signature: undefined,
  inputExample: undefined,
  metadata: {},
  modelUuid: undefined,
  modelId: undefined,
  runId: undefined,
  mlflowVersion,
});
