import { ServingError } from '../errors.ts';
import { findProgram } from './find-program.ts';
import type { PythonEnvironment } from './python-environment.ts';
import { runProgram } from './run-program.ts';
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
  const { environment, signal } = options;
  const python =
    (await findProgram('python3', environment)) ?? (await findProgram('python', environment));
  if (python === undefined) {
    throw invalid(
      'there is no python3 on the PATH; activate the environment of the model, or leave --env-manager local out',
    );
  }
  // Loading it takes seconds, and the model's process does that at once; here it has only to be there.
  const args = [
    '-c',
    'import importlib.util, sys; sys.exit(not importlib.util.find_spec("mlflow"))',
  ];
  const end = await runProgram({ command: python, args, environment, signal });
  if (end?.code === 0) return { python, hash: 'local', wasCached: true, logPath: undefined };
  throw invalid(
    'the python3 of the PATH has no MLflow; activate the environment of the model, or leave --env-manager local out',
  );
}

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
