import { type Command, Option } from 'commander';
import { endpointFileOption, modelOption, registryOption } from './command-arguments.ts';
import { AUDIT_EXAMPLES, MODEL_URIS } from './help-texts.ts';

/** Add the command that looks at a model without opening it. Its code is imported when it is chosen. */
export function addAuditCommand(root: Command, keep: (exitCode: number) => void): void {
  root
    .command('audit')
    .description('say what is wrong with a model, its environment and its files; nothing is opened')
    .helpOption('--help', 'show this help')
    .addOption(modelOption())
    .addOption(registryOption())
    .addOption(endpointFileOption())
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 when something so bad, or worse, is found')
        .choices(['error', 'warning', 'note', 'never'])
        .default('error'),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', MODEL_URIS)
    .addHelpText('after', AUDIT_EXAMPLES)
    .action(async (options) => keep(await (await import('./audit.ts')).audit(options)));
}
