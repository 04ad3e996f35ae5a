import { type Command, Option } from 'commander';
import { IMAGE_ARCHITECTURES, IMAGE_PLATFORMS } from '../image/image-file.ts';
import { endpointFileOption, modelOption, registryOption } from './command-arguments.ts';
import { IMAGE_EXAMPLES, MODEL_URIS } from './help-texts.ts';

/** Add the command that describes container images. Its code is imported when it is chosen. */
export function addImageCommand(root: Command, keep: (exitCode: number) => void): void {
  root
    .command('generate-dockerfile')
    .description('write what "docker build" needs to serve a model with Python in a container')
    .helpOption('--help', 'show this help')
    .addOption(modelOption())
    .addOption(registryOption())
    .addOption(endpointFileOption())
    .option('-d, --output-directory <folder>', 'where it is written', 'image')
    .option('--name <name>', "the registered name that it serves (default: the model's own)")
    .addOption(
      new Option('--architecture <processor>', 'as in endpoint.yaml')
        .choices(IMAGE_ARCHITECTURES)
        .default('x64'),
    )
    .addOption(
      new Option(
        '--platform <platform>',
        'what sends the requests; http: Azure Container Apps and whatever else sends HTTP to a container',
      )
        .choices(IMAGE_PLATFORMS)
        .default('aws-lambda'),
    )
    .option(
      '--python-base-image <image>',
      "the image that all is added to, with the model's Python on Debian 12 or newer; name@sha256:… pins it for good (default: Docker's official one)",
    )
    .option(
      '--node-base-image <image>',
      "the image that node is taken from (default: Docker's official one)",
    )
    .option(
      '--system-package <name>',
      'a Debian package that libraries of the model load; repeatable',
      (name: string, names: readonly string[] = []) => [...names, name],
    )
    .addHelpText('after', MODEL_URIS)
    .addHelpText('after', IMAGE_EXAMPLES)
    .action(async (options) =>
      keep(await (await import('./generate-dockerfile.ts')).generateDockerfile(options)),
    );
}
