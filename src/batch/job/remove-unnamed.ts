import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOutput } from '../batch-output.ts';
import type { OutputNames } from './output-names.ts';

/** Remove files of a job that its manifest does not name: different answers of runs that did not complete it. Never rejects. */
export async function removeUnnamed(
  output: BatchOutput,
  folder: string,
  { names, manifest }: { names: readonly OutputNames[]; manifest: BatchManifest },
): Promise<void> {
  const named = new Set([...manifest.outputs, ...manifest.errors].map(({ path }) => path));
  const written = names.flatMap(({ predictions, errors }) => [predictions, errors]);
  for (const name of written.filter((each) => !named.has(each))) {
    await output.delete(`${folder}/${name}`).catch(() => undefined); // nobody will take it for a result
  }
}
