import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const VERSION = 'v1.8.0';

/**
 * VersityGW, a real S3 server over a folder, built once with Go into .cache (about 90 s).
 *
 * @returns the program
 */
export function ensureVersityGateway(): string {
  const directory = resolve('.cache', `versitygw-${VERSION}`);
  const program = `${directory}/versitygw`;
  if (existsSync(program)) return program;
  console.log(`building VersityGW ${VERSION} with Go (about 90 s, once)`);
  try {
    execFileSync('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${VERSION}`], {
      env: { ...process.env, GOBIN: directory },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
  } catch (error) {
    throw new Error('VersityGW could not be built: install Go 1.24 or newer', { cause: error });
  }
  return program;
}
