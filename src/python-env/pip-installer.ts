import type { Installer } from './installer.ts';

/** Python's own `venv` and the pip that it puts there: slower than uv, and nearly everywhere. */
export const PIP_INSTALLER: Installer = {
  name: 'pip',
  create: (python, folder) => [python, '-m', 'venv', folder],
  install: (python, { requirements, constraints }) => [
    python,
    '-m',
    'pip',
    'install',
    '--progress-bar',
    'off',
    '-r',
    requirements,
    ...(constraints === undefined ? [] : ['-c', constraints]),
  ],
  isFileOption: () => true,
};
