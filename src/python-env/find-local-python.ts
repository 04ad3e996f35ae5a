import { ServingError } from '../errors.ts';
import { checkMlflow } from './check-mlflow.ts';
import { findProgram } from './find-program.ts';
import type { PythonEnvironment } from './python-environment.ts';
import type { Variables } from './variables.ts';

/**
 * The `python3` of the PATH, as it is: whoever asks for it has seen to what the model needs.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when there is none, or it has no MLflow
 */
export async function findLocalPython(options: {
  readonly environment: Variables;
  readonly signal: AbortSignal | undefined;
}): Promise<PythonEnvironment> {
  const { environment } = options;
  const python =
    (await findProgram('python3', environment)) ?? (await findProgram('python', environment));
  if (python === undefined) {
    throw invalid(
      'there is no python3 on the PATH; activate the environment of the model, or leave --env-manager local out',
    );
  }
  const problem = await checkMlflow(python, options);
  if (problem === undefined) return { python, hash: 'local', wasCached: true, logPath: undefined };
  throw invalid(
    `the python3 of the PATH cannot load MLflow (${problem}); activate the environment of the model, or leave --env-manager local out`,
  );
}

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
