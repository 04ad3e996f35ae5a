import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  type LambdaProcess,
  lambdaEnvironment,
  watchFunction,
} from '../artifact/lambda-process.ts';
import { startRuntimeApi } from '../artifact/runtime-api.ts';
import type { BuiltStage } from './build-stages.ts';

export interface ImageProcess extends LambdaProcess {
  /** Of every process in the container together; bytes. */
  residentBytes(): number;
  /** Ids on this machine of the container's processes whose command line has this in it. */
  processes(part: string): number[];
}

/**
 * Run an image as Lambda runs a container: its own root, read-only and with nothing of this machine in it, an empty
 * /tmp, no /dev/shm, the user that it names, processes of its own.
 *
 * @param directory for mount points
 */
export async function startImage(
  image: BuiltStage,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<ImageProcess> {
  const api = await startRuntimeApi();
  const root = mkdtempSync(join(directory, 'root-'));
  const {
    _HANDLER: _,
    LAMBDA_TASK_ROOT: __,
    PATH: ___,
    HOME: ____,
    ...ofLambda
  } = lambdaEnvironment('', '', api.address);
  const variables = { ...ofLambda, ...image.environment, ...environment };
  const child = spawnContainer(image, root, variables);
  const watched = watchFunction(child, api);
  const ids = (): number[] => idsInNamespaceOf(child.pid as number);
  return {
    ...watched,
    residentBytes: () => ids().reduce((sum, id) => sum + residentBytesOf(id), 0),
    processes: (part) => ids().filter((id) => read(`/proc/${id}/cmdline`).includes(part)),
  };
}

/** The container's process; its ports are this machine's. */
export const spawnContainer = (
  image: BuiltStage,
  root: string,
  variables: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', CONTAINER, 'sh'],
      ...[image.layers.join(':'), root, image.user, image.directory],
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ...image.command,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );

const CONTAINER = `
set -e
layers=$1 root=$2 user=$3 directory=$4
shift 4
mount --make-rprivate /
mount -t overlay overlay -o "ro,lowerdir=$layers" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o size=64k tmpfs "$root/dev"
for name in null zero full random urandom; do
  touch "$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
ln -s /proc/self/fd "$root/dev/fd"
mount -o remount,ro "$root/dev"
mount -t tmpfs -o size=512m,mode=1777 tmpfs "$root/tmp"
exec chroot --userspec="$user" "$root" /usr/bin/env -i -C "$directory" "$@"`;

/** The first child of unshare is process 1 of the namespace. */
export function idsInNamespaceOf(parent: number): number[] {
  const [first] = read(`/proc/${parent}/task/${parent}/children`).trim().split(' ');
  const own = link(`/proc/${first}/ns/pid`);
  return readdirSync('/proc')
    .map(Number)
    .filter((id) => id > 0 && own !== undefined && link(`/proc/${id}/ns/pid`) === own);
}

const residentBytesOf = (id: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${id}/status`))?.[1] ?? 0);

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
