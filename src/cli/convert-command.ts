import type { Command } from 'commander';
import { parseSeconds } from '../config/parse-setting.ts';
import {
  checked,
  checkOption,
  DRIFT_OPTION,
  environmentManagerOption,
  modelOption,
  registryOption,
  trustOption,
} from './command-arguments.ts';
import { CONVERT_EXAMPLES, MODEL_URIS } from './help-texts.ts';

/** Add the command that makes ONNX of other flavors. Its code is imported when it is chosen. */
export function addConvertCommand(root: Command, keep: (exitCode: number) => void): void {
  root
    .command('convert')
    .description('convert a model to ONNX, and prove that it answers like the original')
    .helpOption('--help', 'show this help')
    .addOption(modelOption())
    .requiredOption(
      '-o, --output <folder>',
      'where the converted model goes; not there yet, or empty',
    )
    .addOption(registryOption())
    .addOption(checkOption())
    .option(...DRIFT_OPTION)
    .addOption(trustOption())
    .addOption(environmentManagerOption())
    .option('--json', 'print the outcome and the report as JSON')
    .option(
      '--timeout <seconds>',
      'give up after this (default: never)',
      checked(parseSeconds, 'seconds above 0'),
    )
    .addHelpText('after', MODEL_URIS)
    .addHelpText('after', CONVERT_EXAMPLES)
    .action(async (options) => keep(await (await import('./convert.ts')).convert(options)));
}
