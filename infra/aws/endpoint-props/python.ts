import { Duration, Size } from 'aws-cdk-lib';
import type { EndpointFile } from '../../../src/config/endpoint-schema.ts';
import { ServingError } from '../../../src/errors.ts';
import { readImageFile } from '../../../src/image/image-file.ts';
import { imageProblem } from '../../../src/image/image-problem.ts';
import { registeredName } from '../constructs/model-keys.ts';
import type { PythonOptions } from '../constructs/python-image.ts';

/**
 * Whether the endpoint runs an image, and which: always with `runtime: python`; with `auto` when one was generated and
 * somebody is trusted to have models run their code; else the zip.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the file asks for Python and the image is not there, or is
 *   another model's
 */
export function pythonOf(file: EndpointFile): PythonOptions | undefined {
  const { runtime, python, lambda, registry } = file;
  const trust = python.trust ?? [];
  if (runtime === 'node') return undefined;
  if (runtime === 'auto' && (trust.length === 0 || readImageFile(python.image) === undefined)) {
    return undefined;
  }
  const wanted = {
    directory: python.image,
    model: registeredName(file.model),
    modelUri: file.model,
    architecture: lambda.architecture,
  };
  const problem = trust.length === 0 ? NOTHING_TRUSTED : imageProblem(wanted);
  if (problem !== undefined) throw new ServingError('INVALID_PARAMETER_VALUE', problem);
  return {
    image: python.image,
    // The function reads the published registry alone: what `registry` means never reaches it otherwise.
    trust: trust.flatMap((place) => (place === 'registry' ? (registry?.uri ?? []) : place)),
    runtime,
    network: python.network,
    environment: python.environment,
    startTimeout: Duration.seconds(Math.ceil(python.startTimeoutSeconds)),
    ...(python.memoryMiB !== undefined && { memoryLimit: Size.mebibytes(python.memoryMiB) }),
  };
}

const NOTHING_TRUSTED =
  'runtime: python runs the code of models, and nothing is trusted to: add python: { trust: [store] } for the models of the endpoint’s own store';
