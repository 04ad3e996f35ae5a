import type { CommandLine } from '../python-env/installer.ts';
import { shellWord } from '../shell-word.ts';
import type { CommentedStep } from './image-step.ts';
import { PLACES } from './places.ts';

/** Of the build alone: it is not in the image. */
export const UV_VERSION = '0.13.9';

/** Installers and compilers of Python packages: what serves has no use for them, and an intruder would. */
const BUILD_TOOLS = ['pip', 'wheel', 'uv'];

/**
 * Make the model's environment and take the installer away again.
 *
 * @param commands what installs the requirements, as a model's environment is made anywhere else
 */
export const environmentSteps = (commands: readonly CommandLine[]): readonly CommentedStep[] => [
  {
    kind: 'run',
    commands: [`python3 -m pip install --no-cache-dir --root-user-action=ignore uv==${UV_VERSION}`],
  },
  {
    kind: 'environment',
    comment:
      'nothing is kept for a next time; modules are compiled now, because nothing can be written later',
    variables: {
      UV_NO_CACHE: '1',
      UV_COMPILE_BYTECODE: '1',
      UV_LINK_MODE: 'copy',
      UV_PYTHON_DOWNLOADS: 'never',
    },
  },
  {
    kind: 'copy',
    comment: 'what the model says that it needs, and the packages that it brought',
    source: 'requirements/',
    target: `${PLACES.build}/requirements/`,
  },
  { kind: 'directory', path: `${PLACES.build}/requirements` },
  { kind: 'run', commands: commands.map(toShell) },
  {
    kind: 'run',
    comment: 'the build fails here, and not the first request, when MLflow cannot be loaded',
    commands: [
      `${PLACES.python} -c 'import sys; del sys.path[0]; import mlflow.pyfunc.scoring_server'`,
      `uv pip uninstall --python ${PLACES.python} ${BUILD_TOOLS.join(' ')}`,
      `chmod -R a+rX,go-w ${PLACES.environment}`,
    ],
  },
  {
    kind: 'copy',
    comment: 'says what it was made from: a model with other requirements is refused',
    source: 'environment.json',
    target: `${PLACES.environment}/environment.json`,
  },
];

const toShell = (command: CommandLine): string => command.map(shellWord).join(' ');
