import { mkdirSync } from 'node:fs';
import { ensureVersityGateway } from '../../scripts/versitygw.ts';
import { type ServerProcess, startServer } from './processes.ts';

/** The only keys that the server knows. */
export const S3_KEYS = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing-secret' };

/** A real S3 server (VersityGW) over a folder, which it makes: buckets are folders in it. It checks signatures. */
export function startS3Server(directory: string): Promise<ServerProcess> {
  mkdirSync(directory, { recursive: true });
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
      'posix',
      directory,
    ],
    healthPath: '/health',
  });
}
