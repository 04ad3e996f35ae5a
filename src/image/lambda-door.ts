import type { ImageDoor } from './door.ts';
import { functionFiles } from './function-files.ts';
import { PLACES } from './places.ts';

/** AWS's runtime interface client for Node: asks Lambda for events and hands them to the handler. */
export const RIC_VERSION = '4.0.2';

const HANDLER = 'invocations.handler';
const RIC = 'node_modules/aws-lambda-ric';
const KEPT = [
  'index.mjs',
  'rapid-client.node',
  'package.json',
  'LICENSE',
  'NOTICE',
  'THIRD-PARTY-LICENSES',
];

/**
 * AWS Lambda: the client, and the same files as in the zip.
 *
 * @param handlerZip its name in the build context
 */
export const lambdaDoor = (handlerZip: string): ImageDoor => ({
  platform: 'AWS Lambda',
  buildPackages: ['autoconf', 'automake', 'cmake', 'libtool', 'xz-utils'],
  buildSteps: [
    { kind: 'directory', path: `${PLACES.build}/runtime` },
    {
      kind: 'run',
      comment:
        'its part in C++ is compiled here, against the headers beside node; only what runs is kept',
      commands: [
        `npm_config_nodedir=/usr/local npm install --no-save --no-audit --no-fund aws-lambda-ric@${RIC_VERSION}`,
        `mkdir -p ${PLACES.runtime}/node_modules/@aws`,
        `cp ${KEPT.map((name) => `${RIC}/${name}`).join(' ')} ${PLACES.runtime}/`,
        // npm puts it beside the client or below it, as versions have it.
        `find node_modules -type d -path '*/@aws/lambda-invoke-store' -exec cp -r {} ${PLACES.runtime}/node_modules/@aws/ \\;`,
      ],
    },
    ...functionFiles(handlerZip, [PLACES.runtime]),
  ],
  steps: [
    { kind: 'copy', from: 'build', source: PLACES.runtime, target: PLACES.runtime },
    { kind: 'copy', from: 'build', source: PLACES.task, target: PLACES.task },
  ],
  comments: [
    'checkov:skip=CKV_DOCKER_2: Lambda watches its functions itself, and takes no HEALTHCHECK',
  ],
  variables: {
    LAMBDA_TASK_ROOT: PLACES.task,
    // The client reads it from here; in AWS's own base images their entrypoint sets it.
    _HANDLER: HANDLER,
    // Lambda has no /dev/shm, without which no pool of processes can be made.
    JOBLIB_MULTIPROCESSING: '0',
  },
  entrypoint: [PLACES.node, `${PLACES.runtime}/index.mjs`],
  arguments: [HANDLER],
});
