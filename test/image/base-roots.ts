import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** What stands for the base images, by the stages' names: folders that hold a root file system. */
export interface BaseRoots {
  readonly python: string;
  readonly node: string;
}

/** Counted up when the script below makes something else. */
const FORMAT = 1;

/** What Docker's official Python images on Debian have beside the minimal system. */
const PACKAGES = [
  'ca-certificates',
  'libbz2-1.0',
  'libexpat1',
  'libffi8',
  'libgdbm6',
  'liblzma5',
  'libncursesw6',
  'libreadline8',
  'libsqlite3-0',
  'libssl3',
  'libuuid1',
  'netbase',
  'tzdata',
  'zlib1g',
];

/**
 * Stand-ins for `python:…-slim-bookworm` and `node:…-bookworm-slim`, made once into .cache (about a minute): a minimal
 * Debian 12 from Debian's servers with this machine's Python in /usr/local; node with its headers and npm.
 *
 * Needs root, Debian's debootstrap or apt to get it, and a Python 3 under a prefix of its own (pyenv, python.org).
 */
export function ensureBaseRoots(): BaseRoots {
  const directory = resolve('.cache', `image-base-${FORMAT}`);
  const roots = { python: join(directory, 'python'), node: join(directory, 'node') };
  if (existsSync(directory)) return roots;
  mkdirSync(dirname(directory), { recursive: true });
  const work = mkdtempSync(`${directory}-`);
  const npm = dirname(dirname(execFileSync('readlink', ['-f', npmPath()], { encoding: 'utf8' })));
  try {
    execFileSync(
      'unshare',
      ['--mount', 'bash', '-c', MAKE_BASES, 'bash', work, pythonPrefix(), process.execPath, npm],
      {
        env: { ...process.env, PACKAGES: PACKAGES.join(','), HOME: homedir() },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    renameSync(work, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return roots;
}

const npmPath = (): string =>
  execFileSync('bash', ['-c', 'type -P npm'], { encoding: 'utf8' }).trim();

/**
 * Of a Python with the minor version of `python3`, which the models are made with: the first on the PATH, or of
 * pyenv, that can be copied whole.
 */
function pythonPrefix(): string {
  const [first, ...others] = [
    ...onPath('python3'),
    ...globSync(`${homedir()}/.pyenv/versions/*/bin/python3`),
  ];
  const wanted = first === undefined ? undefined : askPython(first);
  for (const found of [wanted, ...others.map(askPython)]) {
    if (found?.prefix !== '/usr' && found?.minor === wanted?.minor && found) return found.prefix;
  }
  throw new Error(
    `the image's content is shown with a Python ${wanted?.minor ?? '3'} under a prefix of its own, and there is only the system's: install one with pyenv`,
  );
}

const onPath = (program: string): string[] =>
  execFileSync('bash', ['-c', `type -aP ${program} || true`], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');

function askPython(python: string): { prefix: string; minor: string } | undefined {
  const script = 'import sys; print(sys.base_prefix, "%d.%d" % sys.version_info[:2])';
  try {
    const said = execFileSync(python, ['-c', script], { encoding: 'utf8', stdio: 'pipe' });
    const [prefix = '', minor = ''] = said.trim().split(' ');
    return { prefix, minor };
  } catch {
    return undefined; // a shim of pyenv without a version behind it
  }
}

/** debootstrap is installed on top of this machine's root, and is gone with the namespace. */
const MAKE_BASES = `
set -euo pipefail
work=$1 python=$2 node=$3 npm=$4
mount --make-rprivate /
if ! command -v debootstrap > /dev/null; then
  mkdir "$work/top" "$work/overlay" "$work/host"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$work/top,workdir=$work/overlay" "$work/host"
  mount -t proc proc "$work/host/proc"
  mount --rbind /dev "$work/host/dev"
  mkdir -p "$work/host/base" "$work/python"
  mount --bind "$work/python" "$work/host/base"
  chroot "$work/host" sh -ec 'apt-get -qq update; apt-get -qq install -y --no-install-recommends debootstrap'
  host="$work/host" base=/base
else
  mkdir "$work/python"
  host=/ base="$work/python"
fi
chroot "$host" debootstrap --variant=minbase "--include=$PACKAGES" bookworm "$base" http://deb.debian.org/debian
tar -C "$python" -c --exclude=site-packages --exclude=test --exclude=__pycache__ bin include lib share \\
  | tar -C "$work/python/usr/local" -x --no-same-owner
chroot "$work/python" sh -ec 'export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  ldconfig
  mkdir -p "$(python3 -c "import sysconfig; print(sysconfig.get_path(\\"purelib\\"))")"
  python3 -m ensurepip'
cp -L /etc/ssl/certs/ca-certificates.crt "$work/python/etc/ssl/certs/ca-certificates.crt"
local="$work/node/usr/local"
mkdir -p "$local/bin" "$local/include" "$local/lib/node_modules"
cp "$node" "$local/bin/node"
for headers in "$(dirname "$(dirname "$node")")/include/node" /usr/local/include/node /usr/include/node; do
  if [ -d "$headers" ]; then cp -rL "$headers" "$local/include/node"; break; fi
done
cp -rL "$npm" "$local/lib/node_modules/npm"
if [ -d "$work/host" ]; then
  umount -R "$work/host"
  rm -rf "$work"/{top,overlay,host}
fi
`;
