import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ImageStage, ImageStep } from '../../src/image/image-step.ts';
import { packageCommands } from '../../src/image/render-dockerfile.ts';
import { shellWord } from '../../src/shell-word.ts';

/** A stage that was carried out. */
export interface BuiltStage {
  /** Folders that lie over each other, the topmost first; the last is the base image. */
  readonly layers: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user: string;
  readonly command: readonly string[];
}

/** How this machine reaches the network: of the build, never of the image. */
const OF_THIS_MACHINE = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
];

/**
 * Carry out the steps of a Dockerfile without Docker: each stage is a folder over its base, mounted as an overlay, and
 * every command runs in it as its root.
 *
 * @param bases root file systems, by the name of the base image
 * @returns the last stage: the image
 */
export function buildStages(
  stages: readonly ImageStage[],
  options: { context: string; bases: Readonly<Record<string, string>>; directory: string },
): BuiltStage {
  const built = new Map<string, BuiltStage>();
  let last: BuiltStage | undefined;
  for (const stage of stages) {
    last = buildStage(stage, built, options);
    built.set(stage.name, last);
  }
  return last as BuiltStage;
}

function buildStage(
  { name, base, steps }: ImageStage,
  built: ReadonlyMap<string, BuiltStage>,
  {
    context,
    bases,
    directory,
  }: { context: string; bases: Readonly<Record<string, string>>; directory: string },
): BuiltStage {
  const own = resolve(directory, name);
  for (const part of ['layer', 'work', 'root']) mkdirSync(join(own, part), { recursive: true });
  const below = built.get(base);
  const stage = {
    layers: [join(own, 'layer'), ...(below?.layers ?? [bases[base] as string])],
    environment: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ...below?.environment,
    } as Record<string, string>,
    directory: below?.directory ?? '/',
    user: below?.user ?? 'root',
    command: [] as string[],
  };
  const lines = steps.flatMap((step) =>
    linesOf(step, stage, { built, context: resolve(context), own }),
  );
  const script = join(own, 'build.sh');
  writeFileSync(
    script,
    [
      'set -euo pipefail',
      'mount --make-rprivate /',
      `mount -t overlay overlay -o lowerdir=${stage.layers.slice(1).join(':')},upperdir=${own}/layer,workdir=${own}/work ${own}/root`,
      `cd ${own}/root`,
      'mkdir -p proc dev etc tmp && touch etc/resolv.conf',
      'mount -t proc proc proc && mount --rbind /dev dev',
      'mount --bind "$(readlink -f /etc/resolv.conf)" etc/resolv.conf',
      ...lines,
      '',
    ].join('\n'),
  );
  const env = { PATH: process.env['PATH'], ...Object.fromEntries(ofThisMachine()) };
  execFileSync('unshare', ['--mount', 'bash', script], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
  return stage;
}

const ofThisMachine = (): [string, string][] =>
  OF_THIS_MACHINE.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });

type Growing = { -readonly [Key in keyof BuiltStage]: BuiltStage[Key] } & {
  environment: Record<string, string>;
};

interface StagePlaces {
  readonly built: ReadonlyMap<string, BuiltStage>;
  readonly context: string;
  /** The stage's own folder. */
  readonly own: string;
}

/** Shell lines for a step, to be run in the stage's root from outside of it; what lasts goes into `stage`. */
function linesOf(step: ImageStep, stage: Growing, places: StagePlaces): string[] {
  switch (step.kind) {
    case 'packages':
      return [inside(stage, packageCommands(step.names))];
    case 'run':
      return [inside(stage, step.commands)];
    case 'copy':
      return copyLines(step, places);
    case 'environment':
      Object.assign(stage.environment, step.variables);
      return [];
    case 'directory':
      stage.directory = step.path;
      return [`mkdir -p .${step.path}`];
    case 'user':
      stage.user = step.user;
      return [];
    case 'entrypoint':
    case 'arguments':
      stage.command = [
        ...stage.command,
        ...(step.kind === 'arguments' ? step.values : step.command),
      ];
      return [];
    case 'label':
    case 'port':
      return [];
  }
}

function inside({ environment, directory }: Growing, commands: readonly string[]): string {
  const variables = [...Object.entries({ HOME: '/root', ...environment }), ...ofThisMachine()];
  const words = variables.map(([name, value]) => shellWord(`${name}=${value}`));
  const shell = `cd ${directory} && ${commands.join(' && ')}`;
  return `chroot . /usr/bin/env -i ${words.join(' ')} /bin/sh -c ${shellWord(shell)}`;
}

/** As COPY does: a folder means what is in it. */
function copyLines(
  { from, source, target }: Extract<ImageStep, { kind: 'copy' }>,
  { built, context, own }: StagePlaces,
): string[] {
  if (from === undefined) return copy(join(context, source), `.${target}`);
  const layers = built.get(from)?.layers ?? [];
  const mounted = join(own, `from-${from}`);
  return [
    `mkdir -p ${mounted}`,
    `mount -t overlay overlay -o ro,lowerdir=${layers.join(':')} ${mounted}`,
    ...copy(`${mounted}${source}`, `.${target}`),
    `umount ${mounted}`,
  ];
}

const copy = (source: string, target: string): string[] => [
  `mkdir -p "$(dirname ${target}x)"`,
  `if [ -d ${source} ]; then mkdir -p ${target} && cp -aT --no-preserve=ownership ${source} ${target}; else cp --no-preserve=ownership ${source} ${target}; fi`,
];
