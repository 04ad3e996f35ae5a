/**
 * The name that somebody most likely meant; `undefined` when none is near.
 *
 * Case, `-` and `_` do not count; a name that begins as the other one does is near, too.
 */
export function findNearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = plain(name);
  const farthest = Math.max(1, Math.floor(wanted.length * 0.4));
  let nearest: string | undefined;
  let least = farthest + 1;
  for (const candidate of known) {
    const other = plain(candidate);
    const isBeginning = wanted.length > 2 && (other.startsWith(wanted) || wanted.startsWith(other));
    const distance = isBeginning ? Math.min(1, other === wanted ? 0 : 1) : edits(wanted, other);
    if (distance < least) {
      nearest = candidate;
      least = distance;
    }
  }
  return nearest;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_\s]/g, '');

/** Letters to insert, delete, replace, or swap with their neighbour to turn `a` into `b`. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] as number) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
