import type { Fault } from './fault.ts';

interface Place {
  /** In endpoint.yaml. */
  readonly name: string;
  /** `s3://bucket/prefix` */
  readonly uri: string;
}

/**
 * Find folders of `batch` that lie in one another: results would be scored again, and again.
 *
 * An output around the input is one, too: results carry their input's key, and so may lie inside it.
 *
 * @param storeUri of the published registry, if its bucket is known
 */
export function batchPlaceFaults(
  { input, output }: { readonly input: string; readonly output: string },
  storeUri?: string,
): Fault[] {
  const from: Place = { name: 'batch.input', uri: input };
  const to: Place = { name: 'batch.output', uri: output };
  const faults = isWithinOther(from, to)
    ? [fault('output', from, to, 'the results would be scored again')]
    : [];
  if (storeUri === undefined) return faults;
  const store: Place = { name: 'store', uri: storeUri };
  if (isWithinOther(store, from)) {
    faults.push(fault('input', store, from, 'published models would be scored'));
  }
  if (isWithinOther(store, to)) {
    faults.push(fault('output', store, to, 'results would lie among the models'));
  }
  return faults;
}

const fault = (key: string, other: Place, mine: Place, harm: string): Fault => ({
  path: ['batch', key],
  text: `${mine.name} (${mine.uri}) and ${other.name} (${other.uri}) lie in one another: ${harm}; name folders beside each other, for example s3://bucket/in and s3://bucket/out`,
});

function isWithinOther(a: Place, b: Place): boolean {
  const [one, two] = [asFolder(a.uri), asFolder(b.uri)];
  return one.startsWith(two) || two.startsWith(one);
}

const asFolder = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`);
