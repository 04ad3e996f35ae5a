import type { ArtifactFile } from '../registry/model-registry.ts';
import type { HashedFile } from './hash-files.ts';

const MAX_NAMED = 3;

/**
 * What sets two lists of files apart, in words: `model.onnx has other bytes, extra.txt is new`.
 *
 * @returns undefined when they are the same
 */
export function describeDifference(
  published: readonly ArtifactFile[],
  ours: readonly HashedFile[],
): string | undefined {
  const theirs = new Map(published.map((file) => [file.path, file]));
  const paths = new Set(ours.map(({ path }) => path));
  const differences = [
    ...ours.flatMap((file) => {
      const other = theirs.get(file.path);
      if (other === undefined) return [`${quote(file.path)} is new`];
      const isSame = other.sha256 === file.sha256 && other.sizeBytes === file.sizeBytes;
      return isSame ? [] : [`${quote(file.path)} has other bytes`];
    }),
    ...published
      .filter(({ path }) => !paths.has(path))
      .map(({ path }) => `${quote(path)} is missing`),
  ];
  if (differences.length === 0) return undefined;
  const more = differences.length - MAX_NAMED;
  return `${differences.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more differ` : ''}`;
}

const quote = (path: string): string => JSON.stringify(path.slice(0, 80));
