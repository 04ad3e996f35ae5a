import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, stopServers } from '../test/interop/processes.ts';
import { ensureVersityGateway } from './versitygw.ts';

/** `npm run test:s3`: reading and publishing over a real S3 server, VersityGW, which checks signatures. */
const keys = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing-secret' };
const directory = mkdtempSync(join(tmpdir(), 's3-'));
try {
  const server = await startServer({
    command: [
      ensureVersityGateway(),
      '--access',
      keys.AWS_ACCESS_KEY_ID,
      '--secret',
      keys.AWS_SECRET_ACCESS_KEY,
      '--port',
      '127.0.0.1:{port}',
      '--health',
      '/health',
      'posix',
      directory,
    ],
    healthPath: '/health',
  });
  const run = spawnSync('vitest', ['run', '--project', 'contract', 'real-s3'], {
    env: { ...process.env, ...keys, S3_ENDPOINT_URL: server.url },
    stdio: 'inherit',
  });
  process.exitCode = run.status ?? 1;
} finally {
  await stopServers();
  rmSync(directory, { recursive: true, force: true });
}
