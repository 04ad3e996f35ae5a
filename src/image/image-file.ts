import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the Dockerfile; what deploys the image reads it. */
export const IMAGE_FILE = 'image.json';

/** What a build context is for. */
export interface ImageFile {
  readonly format: 1;
  /** The registered model whose versions it serves. */
  readonly model: string;
  /** What it was generated from. */
  readonly modelUri: string;
  readonly architecture: ImageArchitecture;
  /** What the image is started by. */
  readonly platform: ImagePlatform;
  /** Of the model's requirements, as environment.json has it. */
  readonly requirements: string;
  /** Of mlflow-serverless. */
  readonly version: string;
}

/** Node's names of the processors that there are images for. */
export const IMAGE_ARCHITECTURES = ['x64', 'arm64'] as const;
export type ImageArchitecture = (typeof IMAGE_ARCHITECTURES)[number];

/** What the folder was generated for; undefined when there is no image.json of ours in it. */
export function readImageFile(directory: string): ImageFile | undefined {
  try {
    const root = JSON.parse(readFileSync(join(directory, IMAGE_FILE), 'utf8')) as ImageFile;
    return root.format === 1 && typeof root.model === 'string' ? root : undefined;
  } catch {
    return undefined; // not there, or cut off: then it is generated again
  }
}

/** Where an image runs: on AWS Lambda, or wherever containers get HTTP requests. */
export const IMAGE_PLATFORMS = ['aws-lambda', 'http'] as const;
export type ImagePlatform = (typeof IMAGE_PLATFORMS)[number];
