import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { parseCount, parsePort, parseSeconds } from '../config/parse-setting.ts';
import { addAuditCommand } from './audit-command.ts';
import { addBatchCommand } from './batch-command.ts';
import {
  addPythonOptions,
  checked,
  endpointFileOption,
  modelOption,
  registryOption,
} from './command-arguments.ts';
import { addConvertCommand } from './convert-command.ts';
import { addDeployCommand } from './deploy-command.ts';
import { EXIT, printFailure, UsageError } from './failure.ts';
import { EXAMPLES, MODEL_URIS, PROGRAM_EXAMPLES } from './help-texts.ts';
import { addImageCommand } from './image-command.ts';
import { Interrupted } from './interrupted.ts';
import { addRegistryCommands } from './registry-commands.ts';

/**
 * Run one command line.
 *
 * Only the chosen command's code is imported: each needs other parts, and all of them cost time.
 *
 * @returns the exit code
 */
export async function run(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const keep = (code: number): void => {
    exitCode = code;
  };
  try {
    await program(keep).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printFailure(error);
    if (error instanceof Interrupted) return EXIT.interrupted;
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

function program(keep: (exitCode: number) => void): Command {
  const root = new Command('mlflow-serverless')
    .description('Answers with a model of an MLflow registry, as MLflow itself does.')
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .version(packageJson.version, '--version', 'show the version')
    .addHelpText('after', PROGRAM_EXAMPLES)
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) })
    .enablePositionalOptions()
    .exitOverride();
  const command = (name: keyof typeof EXAMPLES, description: string): Command =>
    addPythonOptions(
      root
        .command(name)
        .description(description)
        .helpOption('--help', 'show this help')
        .addOption(modelOption())
        .addOption(registryOption())
        .addOption(endpointFileOption())
        .addHelpText('after', MODEL_URIS)
        .addHelpText('after', EXAMPLES[name]),
    );

  command('serve', 'answer requests for a model over HTTP on this machine')
    .option(
      '-p, --port <port>',
      'port; 0 takes a free one (default: MLFLOW_PORT or 8000)',
      checked(parsePort, 'a port number, 0 to 65535'),
    )
    .option('-h, --host <host>', 'address to listen on (default: MLFLOW_HOST or 127.0.0.1)')
    .option(
      '-t, --timeout <seconds>',
      'answer 504 after this (default: MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT or 60)',
      checked(parseSeconds, 'seconds above 0'),
    )
    .option(
      '-w, --workers <count>',
      'processes, each with the model open (default: MLFLOW_MODELS_WORKERS or 1)',
      checked(parseCount, 'a whole number above 0'),
    )
    .action(async (options) => keep(await (await import('./serve.ts')).serve(options)));
  command('predict', 'score one file, as "mlflow models predict" does')
    .option('-i, --input-path <file>', 'what to score (default: standard input)')
    .option('-o, --output-path <file>', 'where the predictions go (default: standard output)')
    .addOption(
      new Option('-t, --content-type <type>', 'what the input is')
        .choices(['json', 'csv', 'parquet'])
        .default('json'),
    )
    .action(async (options) => keep(await (await import('./predict.ts')).predict(options)));
  command('resolve', 'show what a model URI means now, and where it lies')
    .option('--json', 'print JSON')
    .action(async (options) => keep(await (await import('./resolve.ts')).resolve(options)));
  addBatchCommand(root, keep);
  addAuditCommand(root, keep);
  addConvertCommand(root, keep);
  addImageCommand(root, keep);
  addDeployCommand(root, keep);
  addRegistryCommands(root, keep);
  return root;
}

/** Commander's lines in the form of our own, with where to look. */
const usageLine = (text: string): string =>
  `${text
    .trim()
    .replace(/^error: /, 'mlflow-serverless: ')
    .replace(/\. Expected 0 arguments but got \d+/, ': the model is named with -m')
    .replace(/\s*\n\s*/g, ' ')}; --help shows what there is\n`.replace('.;', ';');
