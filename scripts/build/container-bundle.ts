import { bundleServer } from './server-bundle.ts';

/** Bundle what serves over HTTP in a container; it lies beside ONNX Runtime's files of the functions' zip there. */
export const buildContainer = (dist: string): Promise<string[]> =>
  Promise.all([
    bundleServer('handlers/container/http.ts', `${dist}/container/http.cjs`),
    bundleServer('src/endpoint/model-thread.ts', `${dist}/container/model-thread.cjs`),
  ]);
