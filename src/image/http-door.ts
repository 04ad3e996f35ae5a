import type { ImageDoor } from './door.ts';
import { functionFiles } from './function-files.ts';
import { PLACES } from './places.ts';

/** Name of the bundle in the build context and in the image. */
export const HTTP_SERVER = 'http.cjs';

/** What its threads run (MLFLOW_SERVERLESS_THREADS); lies beside it. */
export const MODEL_THREAD = 'model-thread.cjs';

/** Where it listens when nobody says otherwise (src/adapters/node/container.ts). */
const HTTP_PORT = 8080;

/**
 * Any platform that runs a container and sends it HTTP requests: Azure Container Apps, Azure Functions' custom handlers,
 * Cloud Run, Docker on a laptop.
 *
 * @param handlerZip its name in the build context: ONNX Runtime's files come from it
 */
export const httpDoor = (handlerZip: string): ImageDoor => ({
  platform: 'HTTP',
  buildPackages: [],
  buildSteps: [
    { kind: 'copy', source: HTTP_SERVER, target: `${PLACES.task}/${HTTP_SERVER}` },
    { kind: 'copy', source: MODEL_THREAD, target: `${PLACES.task}/${MODEL_THREAD}` },
    ...functionFiles(handlerZip),
  ],
  steps: [
    { kind: 'copy', from: 'build', source: PLACES.task, target: PLACES.task },
    { kind: 'port', port: HTTP_PORT },
  ],
  comments: [
    'checkov:skip=CKV_DOCKER_2: platforms ask GET /ping by their own probes, and take no HEALTHCHECK',
  ],
  variables: { NODE_ENV: 'production' },
  entrypoint: [PLACES.node, `${PLACES.task}/${HTTP_SERVER}`],
  arguments: [],
});
