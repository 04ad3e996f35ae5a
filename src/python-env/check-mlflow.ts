import { runProgram } from './run-program.ts';
import type { Variables } from './variables.ts';

/** Why an interpreter cannot load MLflow's server, in Python's own last line; undefined when it can. */
export async function checkMlflow(
  python: string,
  options: { readonly environment: Variables; readonly signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  // Without the folder that this process was started in: a file there may be called flask.py.
  const args = ['-c', 'import sys; del sys.path[0]; import mlflow.pyfunc.scoring_server'];
  const end = await runProgram({ command: python, args, ...options });
  if (end === undefined) return 'it cannot be started';
  if (end.code === 0) return undefined;
  return (
    end.lines.findLast((line) => line.trim() !== '')?.slice(0, 300) ?? 'it ended without a word'
  );
}
