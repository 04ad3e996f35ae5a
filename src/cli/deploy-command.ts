import type { Command } from 'commander';
import { endpointFileOption } from './command-arguments.ts';
import { DEPLOY_EXAMPLES } from './help-texts.ts';

/** Add the command that deploys to Azure. Its code is imported when it is chosen. */
export function addDeployCommand(root: Command, keep: (exitCode: number) => void): void {
  const deploy = root
    .command('deploy')
    .description('deploy an endpoint; for AWS see "npx cdk deploy"')
    .helpOption('--help', 'show this help');
  deploy
    .command('azure')
    .description('print, or run, what deploys the endpoint file to Azure Functions')
    .helpOption('--help', 'show this help')
    .requiredOption('-g, --resource-group <name>', 'the resource group, which is there already')
    .addOption(endpointFileOption())
    .option(
      '--parameters <file>',
      'where the parameters of the template are written',
      'azure-parameters.json',
    )
    .option('--run', 'run the commands with az, instead of printing them')
    .addHelpText('after', DEPLOY_EXAMPLES)
    .action(async (options) =>
      keep(await (await import('./deploy-azure.ts')).deployAzure(options)),
    );
}
