import { type Command, Option } from 'commander';
import { BATCH_FORMATS } from '../batch/batch-options.ts';
import { parseCount, parseRatio } from '../config/parse-setting.ts';
import {
  addPythonOptions,
  checked,
  endpointFileOption,
  modelOption,
  registryOption,
} from './command-arguments.ts';
import { BATCH_EXAMPLES, MODEL_URIS } from './help-texts.ts';
import { addRedriveCommand } from './redrive-command.ts';

const INPUT = '-i, --input <file>';
const OUTPUT = '-o, --output <folder>';

/** Add the command that scores files of rows. Its code is imported when it is chosen. */
export function addBatchCommand(root: Command, keep: (exitCode: number) => void): void {
  const batch = addPythonOptions(
    root
      .command('batch')
      .description('score a file of rows, however large, and account for every row')
      .helpOption('--help', 'show this help')
      // Required, but not of `batch redrive`: see below.
      .option(
        INPUT,
        'a path, s3://bucket/key or wasbs://container@account.blob.core.windows.net/key; .csv, .jsonl, each also .gz; .parquet; .json is one MLflow body; a folder or a prefix with a slash at its end: every file below',
      )
      .option(
        OUTPUT,
        'a folder, s3://bucket/prefix or wasbs://container@account.blob.core.windows.net/prefix',
      )
      .addOption(modelOption())
      .addOption(registryOption())
      .addOption(endpointFileOption()),
  )
    .addOption(formatOption('--input-format <format>', "of the rows (default: by the file's name)"))
    .addOption(
      formatOption('--output-format <format>', "of the predictions (default: the input's)"),
    )
    .option('--no-inputs', "write predictions alone, without the input's columns")
    .option(
      '--max-refused-ratio <ratio>',
      'fail when a larger share of the rows is refused; 0 to 1 (default: 0, or what endpoint.yaml says)',
      checked(parseRatio, 'a number from 0 to 1'),
    )
    .option(
      '--chunk-rows <count>',
      'rows that the model gets at once (default: 10000)',
      checked(parseCount, 'a whole number above 0'),
    )
    .option(
      '-w, --workers <count>',
      'threads that score, each with the model open (default: one for each processor; 1 for small files)',
      checked(parseCount, 'a whole number above 0'),
    )
    .option('--here', 'score in this process, not in the deployed stack')
    .option(
      '--state-machine <arn>',
      "of a deployed endpoint, which scores buckets in parts (default: that of endpoint.yaml's stack)",
    )
    .option(
      '--function-app <url>',
      'of a deployed endpoint on Azure, which scores containers in parts; its key is in MLFLOW_SERVERLESS_FUNCTION_KEY (default: MLFLOW_SERVERLESS_FUNCTION_APP)',
    )
    .option('--json', 'print the manifest')
    .addHelpText('after', MODEL_URIS)
    .addHelpText('after', BATCH_EXAMPLES)
    .action(async (options) => {
      if (options.input === undefined) throwMissing(batch, INPUT);
      if (options.output === undefined) throwMissing(batch, OUTPUT);
      keep(await (await import('./batch.ts')).batch(options));
    });
  addRedriveCommand(batch, keep);
}

/** As commander does, which would ask subcommands for them, too. */
const throwMissing = (command: Command, flags: string): never =>
  command.error(`error: required option '${flags}' not specified`);

const formatOption = (flags: string, description: string): Option =>
  new Option(flags, description).choices(BATCH_FORMATS);
