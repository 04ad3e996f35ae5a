import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startServer } from './processes.ts';

export interface MlflowServerOptions {
  /** The folder of MLflow's programs. */
  readonly python: string;
  /** Database and artifacts lie in it; made when it is not there. */
  readonly directory: string;
  /** Of `mlflow server`. @default none */
  readonly options?: readonly string[];
  readonly environment?: Record<string, string>;
  /** Where the server runs, which is where its plugins keep their files. @default directory */
  readonly cwd?: string;
}

/** A real tracking server: SQLite and the artifact proxy. */
export function startMlflowServer(options: MlflowServerOptions): Promise<ServerProcess> {
  const { python, directory, environment = {}, cwd = directory } = options;
  for (const folder of [directory, cwd]) mkdirSync(folder, { recursive: true });
  return startServer({
    command: [
      join(python, 'mlflow'),
      'server',
      ...(options.options ?? []),
      '--backend-store-uri',
      `sqlite:///${directory}/mlflow.db`,
      '--artifacts-destination',
      join(directory, 'artifacts'),
      '--host',
      '127.0.0.1',
      '--port',
      '{port}',
      '--workers',
      '1',
    ],
    cwd,
    environment,
    healthPath: '/health',
  });
}
