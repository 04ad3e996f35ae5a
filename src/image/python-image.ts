import type { CommandLine } from '../python-env/installer.ts';
import type { BaseImages } from './base-images.ts';
import type { ImageDoor } from './door.ts';
import { environmentSteps } from './environment-steps.ts';
import type { CommentedStep, ImageStage } from './image-step.ts';
import { PLACES, USER, WRITABLE } from './places.ts';

export interface PythonImageOptions {
  readonly bases: BaseImages;
  /** uname's name of the processor that the files in the context are for. */
  readonly machine: string;
  /** What makes the model's environment, in the order to be run. */
  readonly installs: readonly CommandLine[];
  /** Debian packages that the model's libraries load. */
  readonly packages: readonly string[];
  readonly door: ImageDoor;
  readonly labels: Readonly<Record<string, string>>;
}

/** lightgbm's wheel is the one of the common ones that does not bring OpenMP. */
const LIBRARIES = ['libgomp1'];

/** Requirements without a wheel are compiled; git for those that name a repository. */
const COMPILERS = ['build-essential', 'git'];

/**
 * The stages of an image that serves one model's versions with Python: everything is made in a stage with compilers, and
 * only what runs is copied out of it.
 *
 * No model is in it: it comes from the registry, by its alias, as without an image.
 */
export const pythonImageStages = (options: PythonImageOptions): readonly ImageStage[] => [
  { name: 'node', base: options.bases.node, steps: [] },
  {
    name: 'python',
    base: options.bases.python,
    steps: [packages('what libraries of models load', [...LIBRARIES, ...options.packages])],
  },
  { name: 'build', base: 'python', steps: buildSteps(options) },
  {
    name: 'image',
    base: 'python',
    comment: 'the image: no compiler, no installer, nothing that could be written to but /tmp',
    steps: imageSteps(options),
  },
];

const buildSteps = ({ machine, installs, door }: PythonImageOptions): readonly CommentedStep[] => [
  packages('what requirements without a wheel are built with', [
    ...COMPILERS,
    ...door.buildPackages,
  ]),
  {
    kind: 'run',
    comment: 'the handler in the build context is for one processor',
    commands: [
      `[ "$(uname -m)" = ${machine} ] || { echo "this build context is for ${machine}, not for $(uname -m): build it with --platform, or generate it with another --architecture" >&2; exit 1; }`,
    ],
  },
  ...environmentSteps(installs),
  { kind: 'copy', from: 'node', source: '/usr/local/bin/node', target: PLACES.node },
  {
    kind: 'copy',
    from: 'node',
    source: '/usr/local/include/node',
    target: '/usr/local/include/node',
  },
  {
    kind: 'copy',
    from: 'node',
    source: '/usr/local/lib/node_modules/npm',
    target: '/usr/local/lib/node_modules/npm',
  },
  {
    kind: 'run',
    commands: ['ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm'],
  },
  ...door.buildSteps,
];

const imageSteps = ({ door, labels }: PythonImageOptions): readonly CommentedStep[] => [
  {
    kind: 'run',
    comment: 'the base image brings installers of its own',
    commands: [
      'python3 -m pip uninstall -y --root-user-action=ignore wheel setuptools pip',
      'rm -rf /usr/local/lib/python3*/ensurepip',
    ],
  },
  { kind: 'copy', from: 'build', source: PLACES.node, target: PLACES.node },
  { kind: 'copy', from: 'build', source: PLACES.environment, target: PLACES.environment },
  ...door.steps,
  {
    kind: 'environment',
    comment: `the root may be read-only: what libraries write goes to ${WRITABLE}`,
    variables: {
      MLFLOW_SERVERLESS_PYTHON: PLACES.python,
      PYTHONDONTWRITEBYTECODE: '1',
      HOME: WRITABLE,
      TMPDIR: WRITABLE,
      XDG_CACHE_HOME: `${WRITABLE}/.cache`,
      MPLCONFIGDIR: `${WRITABLE}/matplotlib`,
      NUMBA_CACHE_DIR: `${WRITABLE}/numba`,
      JOBLIB_TEMP_FOLDER: WRITABLE,
      HF_HOME: `${WRITABLE}/huggingface`,
      TORCHINDUCTOR_CACHE_DIR: `${WRITABLE}/torchinductor`,
      ...door.variables,
    },
  },
  { kind: 'label', labels },
  { kind: 'directory', path: PLACES.task },
  { kind: 'user', user: USER },
  { kind: 'entrypoint', command: door.entrypoint },
  { kind: 'arguments', values: door.arguments },
];

const packages = (comment: string, names: readonly string[]): CommentedStep => ({
  kind: 'packages',
  comment,
  names: [...new Set(names)],
});
