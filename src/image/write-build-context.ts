import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ServingError } from '../errors.ts';
import { ENVIRONMENT_FILE } from '../python-env/environment-folder.ts';
import type { CommandLine } from '../python-env/installer.ts';
import type { ModelRequirements } from '../python-env/model-requirements.ts';
import { createUvInstaller } from '../python-env/uv-installer.ts';
import { makeWorkDirectory } from '../python-env/work-directory.ts';
import type { BaseImages } from './base-images.ts';
import type { ImageDoor } from './door.ts';
import { IMAGE_FILE, type ImageFile } from './image-file.ts';
import type { ImageStage } from './image-step.ts';
import { PLACES } from './places.ts';
import { pythonImageStages } from './python-image.ts';
import { renderDockerfile } from './render-dockerfile.ts';

export interface BuildContextOptions {
  /** The model directory. */
  readonly model: string;
  readonly requirements: ModelRequirements;
  readonly bases: BaseImages;
  readonly packages: readonly string[];
  readonly door: ImageDoor;
  /** Files and folders that the door's steps copy, by their name in the context. */
  readonly doorFiles: Readonly<Record<string, string>>;
  readonly image: ImageFile;
  /** Lines for the top of the Dockerfile. */
  readonly title: readonly string[];
}

const MACHINES = { x64: 'x86_64', arm64: 'aarch64' } as const;

/** Everything below is the context's own: a folder with anything else in it is somebody's. */
const OWN = ['Dockerfile', '.dockerignore', 'requirements', ENVIRONMENT_FILE, IMAGE_FILE];

/**
 * Write everything that `docker build` needs into a folder; what an earlier call wrote there is replaced.
 *
 * @returns the stages that the Dockerfile says
 * @throws {ServingError} INVALID_PARAMETER_VALUE when there are other files in the folder, or files that no earlier call
 *   has written to its end
 */
export async function writeBuildContext(
  directory: string,
  options: BuildContextOptions,
): Promise<readonly ImageStage[]> {
  const { bases, packages, door, doorFiles, image, title } = options;
  await clear(directory);
  const installs = await writeRequirements(options, join(directory, 'requirements'));
  const stages = pythonImageStages({
    bases,
    machine: MACHINES[image.architecture],
    installs,
    packages,
    door,
    labels: {
      'org.opencontainers.image.title': `${image.model} on ${door.platform}`,
      'org.opencontainers.image.version': image.version,
      'mlflow-serverless.model': image.model,
      'mlflow-serverless.requirements': image.requirements,
    },
  });
  for (const [name, path] of Object.entries(doorFiles)) await copy(path, join(directory, name));
  const write = (name: string, text: string): Promise<void> =>
    writeFile(join(directory, name), text);
  await write('Dockerfile', renderDockerfile([...title, ...door.comments], stages));
  await write('.dockerignore', dockerIgnore(Object.keys(doorFiles)));
  await write(ENVIRONMENT_FILE, `${JSON.stringify({ requirements: image.requirements })}\n`);
  await write(IMAGE_FILE, `${JSON.stringify(image, null, 2)}\n`); // last: it marks a complete context
  return stages;
}

/** Remove what an earlier call wrote, and make sure that nothing else is there. */
async function clear(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const names = await readdir(directory);
  const foreign = names.find(
    (name) => !OWN.includes(name) && !/^(?:lambda-\w+\.zip|http\.cjs|python)$/.test(name),
  );
  if (foreign !== undefined) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `there is already ${JSON.stringify(foreign.slice(0, 80))} in ${basename(directory)}, and everything in the folder of an image goes into its build; name an empty one with -d`,
    );
  }
  // A project of somebody's may have a Dockerfile, `requirements` and `python`, and nothing else.
  if (names.length > 0 && !names.includes(IMAGE_FILE)) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `${basename(directory)} is not empty, and was not written by generate-dockerfile to its end: remove it, or name another folder with -d`,
    );
  }
  for (const name of names) await rm(join(directory, name), { recursive: true, force: true });
}

/** @returns the commands that install them, to be run in the folder that they are written to */
async function writeRequirements(
  { model, requirements }: BuildContextOptions,
  target: string,
): Promise<readonly CommandLine[]> {
  const uv = createUvInstaller('uv');
  const work = await makeWorkDirectory(model, requirements, uv, []);
  try {
    await cp(work.path, target, { recursive: true, dereference: true });
    await chmod(target, 0o755);
  } finally {
    await work.remove();
  }
  return [
    uv.create('/usr/local/bin/python3', PLACES.environment),
    ...work.installs.map((files) => uv.install(PLACES.python, files)),
  ];
}

/** What Python and editors leave beside files is not worth another image. */
const copy = (from: string, to: string): Promise<void> =>
  cp(from, to, {
    recursive: true,
    dereference: true,
    filter: (path) => !/(?:__pycache__|\.pyc|~|\.swp)$/.test(path),
  });

const dockerIgnore = (doorFiles: readonly string[]): string =>
  [
    '# everything but what the Dockerfile copies',
    '*',
    ...['requirements', ENVIRONMENT_FILE, ...doorFiles].map((name) => `!${name}`),
    '',
  ].join('\n');
