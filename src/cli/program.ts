import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { parseCount, parsePort, parseSeconds } from '../config/parse-setting.ts';
import { EXIT, printFailure, UsageError } from './failure.ts';

/** What `-m` accepts; in every command's help. */
const MODEL_URIS = `
Model URIs:
  models:/wine@champion      the version that the alias champion means now
  models:/wine/3             version 3; models:/wine/latest the newest
  models:/wine/Production    the newest version in a stage
  models:/m-0123abcd         a logged model
  runs:/0123abcd/model       a model logged by a run
  path/to/model              a folder that holds an MLmodel; also file:, s3:

The registry is named by --registry-uri, MLFLOW_REGISTRY_URI or MLFLOW_TRACKING_URI:
  http://127.0.0.1:5000      an MLflow tracking server
  sqlite:///mlflow.db        its database; mlruns: its file store, read directly
  s3://bucket/registry       a published registry; also as a folder`;

const EXAMPLES = {
  program: `
Examples:
  $ mlflow-serverless serve -m models:/wine@champion
  $ mlflow-serverless predict -m path/to/model -i rows.csv -t csv
  $ mlflow-serverless resolve -m models:/wine/latest

Exit codes: 0 done, 1 failed, 2 wrong usage. MLFLOW_SERVERLESS_DEBUG=1 shows where an error comes from.`,
  serve: `
Examples:
  $ mlflow-serverless serve -m models:/wine@champion
  $ mlflow-serverless serve -m models:/wine@champion --registry-uri http://127.0.0.1:5000 -p 8080
  $ mlflow-serverless serve -m s3://bucket/path/to/model -h 0.0.0.0 -w 4

Answers POST /invocations and GET /ping, /health and /version as "mlflow models serve" does.
Ctrl-C finishes the requests under way; a second one stops at once.`,
  predict: `
Examples:
  $ mlflow-serverless predict -m models:/wine@champion -i body.json
  $ mlflow-serverless predict -m path/to/model -t csv < rows.csv > predictions.json`,
  resolve: `
Examples:
  $ mlflow-serverless resolve -m models:/wine@champion
  $ mlflow-serverless resolve -m models:/wine/latest --json`,
};

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
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

function program(keep: (exitCode: number) => void): Command {
  const root = new Command('mlflow-serverless')
    .description('Answers with a model of an MLflow registry, as MLflow itself does.')
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .version(packageJson.version, '--version', 'show the version')
    .addHelpText('after', EXAMPLES.program)
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) })
    .exitOverride();
  const command = (name: keyof typeof EXAMPLES, description: string): Command =>
    root
      .command(name)
      .description(description)
      .helpOption('--help', 'show this help')
      .addOption(modelOption())
      .option(
        '--registry-uri <uri>',
        'the registry (default: MLFLOW_REGISTRY_URI, MLFLOW_TRACKING_URI)',
      )
      .addHelpText('after', MODEL_URIS)
      .addHelpText('after', EXAMPLES[name]);

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
  return root;
}

/** Commander's lines in the form of our own, with where to look. */
const usageLine = (text: string): string =>
  `${text
    .trim()
    .replace(/^error: /, 'mlflow-serverless: ')
    .replace(/\s*\n\s*/g, ' ')}; --help shows what there is\n`.replace('.;', ';');

const modelOption = (): Option =>
  new Option('-m, --model-uri <uri>', 'the model (default: MLFLOW_SERVERLESS_MODEL_URI)');

/** A number option; what it cannot read is wrong usage. */
const checked =
  (parse: (text: string) => number | undefined, expected: string) =>
  (text: string): number => {
    const value = parse(text);
    if (value === undefined) throw new InvalidArgumentError(`Expected ${expected}.`);
    return value;
  };
