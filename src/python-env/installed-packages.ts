/**
 * How many packages an installer says that it has installed.
 *
 * @param lines of its output: uv's `Installed 41 packages in 80ms`, pip's `Successfully installed a-1 b-2`
 */
export function installedPackages(lines: readonly string[]): number {
  let count = 0;
  for (const line of lines) {
    const [, uv] = /^Installed (\d+) packages?\b/.exec(line) ?? [];
    const [, pip] = /^Successfully installed (.+)/.exec(line) ?? [];
    count += Number(uv ?? 0) + (pip?.trim().split(/\s+/).length ?? 0);
  }
  return count;
}
