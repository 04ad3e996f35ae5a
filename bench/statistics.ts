/** Sorted copy's value at `share` (0.5 is the median); the same unit as the samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Run two things alternately, so that a slow spell of the machine hits both; ms of each run. */
export async function alternate(
  rounds: number,
  parts: readonly (() => Promise<unknown> | unknown)[],
): Promise<number[][]> {
  const samples = parts.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, part] of parts.entries()) {
      const started = performance.now();
      await part();
      samples[i]?.push(performance.now() - started);
    }
  }
  return samples;
}
