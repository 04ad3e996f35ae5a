import { mkdirSync } from 'node:fs';
import { ensureVersityGateway } from '../../scripts/versitygw.ts';
import { type ServerProcess, startServer } from './processes.ts';

/** The only keys that the server knows. */
export const S3_KEYS = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing-secret' };

export interface S3ServerOptions {
  /** A folder outside the other: further users can be added, as `versitygw admin` does. @default only `S3_KEYS` */
  readonly usersDirectory?: string;
  /** A folder outside the other: buckets can keep versions. @default they cannot */
  readonly versionsDirectory?: string;
  /** A file that gets a line for each request: its operation and key. @default none */
  readonly requestLog?: string;
}

/** A real S3 server (VersityGW) over a folder, which it makes: buckets are folders in it. It checks signatures. */
export function startS3Server(
  directory: string,
  { usersDirectory, versionsDirectory, requestLog }: S3ServerOptions = {},
): Promise<ServerProcess> {
  for (const each of [directory, usersDirectory, versionsDirectory]) {
    if (each !== undefined) mkdirSync(each, { recursive: true });
  }
  return startServer({
    command: [
      ensureVersityGateway(),
      '--access',
      S3_KEYS.AWS_ACCESS_KEY_ID,
      '--secret',
      S3_KEYS.AWS_SECRET_ACCESS_KEY,
      '--port',
      '127.0.0.1:{port}',
      '--health',
      '/health',
      ...(usersDirectory === undefined ? [] : ['--iam-dir', usersDirectory]),
      ...(requestLog === undefined ? [] : ['--access-log', requestLog]),
      'posix',
      ...(versionsDirectory === undefined ? [] : ['--versioning-dir', versionsDirectory]),
      directory,
    ],
    healthPath: '/health',
  });
}
