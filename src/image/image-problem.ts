import { shellWord } from '../shell-word.ts';
import { IMAGE_FILE, type ImageArchitecture, readImageFile } from './image-file.ts';

/** What an endpoint wants of the folder that its image is built from. */
export interface WantedImage {
  readonly directory: string;
  /** The registered model that the endpoint serves. */
  readonly model: string;
  readonly modelUri: string;
  readonly architecture: ImageArchitecture;
}

/** Why an endpoint cannot be deployed with the image of a folder, and the command that helps; undefined when it can. */
export function imageProblem(wanted: WantedImage): string | undefined {
  const { directory, model, architecture } = wanted;
  const image = readImageFile(directory);
  const fix = `run: ${generateCommand(wanted)}`;
  if (image === undefined) {
    return `there is no image in the folder ${directory} (no ${IMAGE_FILE} of generate-dockerfile), and models with Python need one; ${fix}`;
  }
  if (image.model !== model) {
    return `the image in the folder ${directory} was made for the model ${image.model}, and the endpoint serves ${model}; ${fix}`;
  }
  if (image.platform === 'http') {
    return `the image in the folder ${directory} was made with --platform http, and Lambda needs one of its own; ${fix}`;
  }
  if (image.architecture !== architecture) {
    return `the image in the folder ${directory} was made for ${image.architecture}, and the endpoint runs on ${architecture}; ${fix}`;
  }
  return undefined;
}

const generateCommand = ({ directory, modelUri, architecture }: WantedImage): string =>
  [
    'mlflow-serverless generate-dockerfile',
    `-m ${shellWord(modelUri)}`,
    `-d ${shellWord(directory)}`,
    ...(architecture === 'x64' ? [] : [`--architecture ${architecture}`]),
  ].join(' ');
