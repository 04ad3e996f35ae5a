import { generateImage } from '../endpoint/generate-image.ts';
import type { ImageArchitecture, ImagePlatform } from '../image/image-file.ts';
import { shellWord } from '../shell-word.ts';
import { type EndpointOptions, endpointConfiguration } from './endpoint-options.ts';
import { EXIT, UsageError } from './failure.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface GenerateDockerfileOptions extends EndpointOptions {
  readonly outputDirectory: string;
  readonly name?: string;
  readonly architecture: ImageArchitecture;
  readonly platform: ImagePlatform;
  readonly pythonBaseImage?: string;
  readonly nodeBaseImage?: string;
  readonly systemPackage?: readonly string[];
}

const PLATFORMS = { x64: 'linux/amd64', arm64: 'linux/arm64' } as const;

const BUILT_BY = {
  'aws-lambda': '"cdk deploy" builds it, or:',
  http: 'it listens on PORT (8080), and MLFLOW_SERVERLESS_MODEL_URI says what it serves. Built by:',
} as const;

/** Write the build context of an image for a model, and say how it is built. */
export async function generateDockerfile(options: GenerateDockerfileOptions): Promise<number> {
  const packages = options.systemPackage ?? [];
  for (const name of packages) checkPackage(name);
  for (const image of [options.pythonBaseImage, options.nodeBaseImage]) checkImage(image);
  const { environment, modelUri } = await endpointConfiguration(options, 'source');
  const { image, pythonBase, notes } = await generateImage({
    modelUri,
    environment,
    directory: options.outputDirectory,
    architecture: options.architecture,
    platform: options.platform,
    packages,
    signal: untilInterrupted('the folder is not complete'),
    ...(options.name !== undefined && { name: options.name }),
    ...(options.pythonBaseImage !== undefined && { pythonBase: options.pythonBaseImage }),
    ...(options.nodeBaseImage !== undefined && { nodeBase: options.nodeBaseImage }),
  });
  for (const note of notes) process.stderr.write(`mlflow-serverless: ${note}\n`);
  const tag = `${imageName(image.model)}:${image.requirements}`;
  const directory = shellWord(options.outputDirectory);
  process.stdout.write(
    `${options.outputDirectory}: an image for ${image.model} on ${pythonBase}; ${BUILT_BY[options.platform]}\n` +
      `docker build --platform ${PLATFORMS[image.architecture]} --provenance=false -t ${tag} ${directory}\n`,
  );
  return EXIT.ok;
}

/** @see https://www.debian.org/doc/debian-policy/ch-controlfields.html#source */
function checkPackage(name: string): void {
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return;
  throw new UsageError(
    `--system-package ${JSON.stringify(name.slice(0, 80))} is no name of a Debian package; expected one such as libgl1`,
  );
}

function checkImage(image: string | undefined): void {
  if (image === undefined || /^[\w][\w./:@-]*$/.test(image)) return;
  throw new UsageError(
    `${JSON.stringify(image.slice(0, 80))} is no name of an image; expected one such as python:3.11.9-slim-bookworm or name@sha256:…`,
  );
}

/** What Docker takes as a name: a registered name may have blanks and capitals. */
const imageName = (model: string): string =>
  model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'model';
