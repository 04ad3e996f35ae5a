import type { Installer } from './installer.ts';

/** What uv reads in a file of requirements; the rest it wants on its command line, or does not know. */
const IN_FILE = /^--(?:index-url|extra-index-url|no-index|find-links|no-binary|only-binary)\b/;

/**
 * @param uv its path
 * @see https://docs.astral.sh/uv/pip/compatibility/
 */
export const createUvInstaller = (uv: string): Installer => ({
  name: 'uv',
  create: (python, folder) => [uv, 'venv', '--no-project', '--python', python, folder],
  install: (python, { requirements, constraints, options }) => [
    uv,
    'pip',
    'install',
    '--python',
    python,
    '-r',
    requirements,
    ...(constraints === undefined ? [] : ['-c', constraints]),
    ...options.flatMap(toArguments),
  ],
  isFileOption: (option) => IN_FILE.test(option),
});

/** Of pip: `--prefer-binary` and `--use-feature` mean nothing to uv. */
function toArguments(option: string): string[] {
  const [name, value = ''] = option.split(' ');
  switch (name) {
    case '--pre':
      return ['--prerelease', 'allow'];
    case '--require-hashes':
      return ['--require-hashes'];
    case '--trusted-host':
      return ['--allow-insecure-host', value];
    default:
      return [];
  }
}
