import { dirname } from 'node:path';
import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { ENVIRONMENT_FILE, readEnvironmentFile } from './environment-folder.ts';
import { hashRequirements } from './hash-requirements.ts';
import { readModelRequirements } from './read-model-requirements.ts';

/**
 * See that an environment which was made before, in an image, is the one that a model declares.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it was made from other requirements, or nobody knows from which
 */
export async function checkPreparedEnvironment(options: {
  readonly python: string;
  readonly directory: string;
  readonly mlmodel: MlModel;
}): Promise<void> {
  const { python, directory, mlmodel } = options;
  const found = readEnvironmentFile(dirname(dirname(python)));
  if (found === undefined) {
    throw invalid(
      `MLFLOW_SERVERLESS_PYTHON names an interpreter without ${ENVIRONMENT_FILE} above its folder, so nobody knows what it was made for; ` +
        'name the one of an environment made here, or take the python3 of the PATH with MLFLOW_SERVERLESS_ENV_MANAGER=local',
    );
  }
  const requirements = await readModelRequirements(directory, mlmodel);
  const wanted = await hashRequirements(directory, requirements);
  if (found === wanted) return;
  throw invalid(
    `the Python environment here was made from other requirements (${found}) than the model's ${requirements.source} has (${wanted}); ` +
      'make the image again for this version (mlflow-serverless generate-dockerfile), and deploy it before the version',
  );
}

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
