import { Argument, type Command } from 'commander';
import { parseCount, parseSeconds } from '../config/parse-setting.ts';
import {
  addPythonOptions,
  checked,
  checkOption,
  DRIFT_OPTION,
  modelOption,
  registryOption,
} from './command-arguments.ts';
import { MODEL_URIS, REGISTRY_EXAMPLES, REGISTRY_PLACES } from './help-texts.ts';

/** Add the commands that write to registries. Each one's code is imported when it is chosen. */
export function addRegistryCommands(root: Command, keep: (exitCode: number) => void): void {
  const command = (name: keyof typeof REGISTRY_EXAMPLES, description: string): Command =>
    root
      .command(name)
      .description(description)
      .helpOption('--help', 'show this help')
      .option('--json', 'print JSON')
      .addHelpText('after', REGISTRY_EXAMPLES[name]);
  const changing = (name: keyof typeof REGISTRY_EXAMPLES, description: string): Command =>
    command(name, description)
      .option('--to <registry>', 'the registry (default: as --registry-uri)')
      .addOption(registryOption())
      .addHelpText('after', REGISTRY_PLACES);

  addPythonOptions(command('publish', 'copy a version into a published registry, verified'))
    .addOption(modelOption())
    .requiredOption(
      '--to <place>',
      's3://<bucket>/<prefix>, wasbs://<container>@<account>.blob.core.windows.net/<prefix> or a folder',
    )
    .addOption(registryOption())
    .option('--name <name>', "the registered name there (default: the source's)")
    .option('--version <number>', 'the version there; for a run, a logged model or a folder')
    .addOption(checkOption())
    .option(...DRIFT_OPTION)
    .option('--allow-failing-example', 'publish even if the model cannot answer its own example')
    .option(
      '--timeout <seconds>',
      'give up after this (default: never)',
      checked(parseSeconds, 'seconds above 0'),
    )
    .addHelpText('after', MODEL_URIS)
    .action(async (options) => keep(await (await import('./publish.ts')).publish(options)));
  changing('promote', 'point an alias or a stage to a version')
    .addArgument(new Argument('<model>', 'models:/<name>/<version>'))
    .option('--alias <alias>', 'the alias to move')
    .option('--stage <stage>', 'the stage to move: Staging, Production, Archived or None')
    .option('--demote', 'remove the alias, or take the version out of the stage, instead')
    .action(async (model, options) =>
      keep(await (await import('./promote.ts')).promote(model, options)),
    );
  changing('rollback', 'undo the last change of an alias or a stage')
    .addArgument(new Argument('<model>', 'models:/<name>@<alias> or models:/<name>/<stage>'))
    .option('--alias <alias>', 'the alias, where the model is only named')
    .option('--stage <stage>', 'the stage, where the model is only named')
    .action(async (model, options) =>
      keep(await (await import('./rollback.ts')).rollback(model, options)),
    );
  changing('list', 'show what is published')
    .addArgument(new Argument('[model]', 'models:/<name> (default: all)'))
    .option('--history', 'show how aliases and stages have moved, too')
    .action(async (model, options) => keep(await (await import('./list.ts')).list(model, options)));
  changing('prune', 'remove old versions that nothing points to')
    .addArgument(new Argument('<model>', 'models:/<name>'))
    .requiredOption(
      '--keep <count>',
      'how many of the newest versions stay in any case',
      checked(parseCount, 'a whole number above 0'),
    )
    .option('--dry-run', 'only show what would be removed')
    .option('--yes', 'do not ask')
    .action(async (model, options) =>
      keep(await (await import('./prune.ts')).prune(model, options)),
    );
}
