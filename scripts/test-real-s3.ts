import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopServers } from '../test/interop/processes.ts';
import { S3_KEYS, startS3Server } from '../test/interop/s3-server.ts';

/** `npm run test:s3`: reading and publishing over a real S3 server, VersityGW, which checks signatures. */
const directory = mkdtempSync(join(tmpdir(), 's3-'));
try {
  const server = await startS3Server(directory);
  const run = spawnSync('vitest', ['run', '--project', 'contract', 'real-s3'], {
    env: { ...process.env, ...S3_KEYS, S3_ENDPOINT_URL: server.url },
    stdio: 'inherit',
  });
  process.exitCode = run.status ?? 1;
} finally {
  await stopServers();
  rmSync(directory, { recursive: true, force: true });
}
