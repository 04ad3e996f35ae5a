import { type Command, Option } from 'commander';
import { REDRIVE_EXAMPLES } from './help-texts.ts';

/** Add the command that goes through the dead-letter queue of batch. Its code is imported when it is chosen. */
export function addRedriveCommand(batch: Command, keep: (exitCode: number) => void): void {
  batch
    .command('redrive')
    .description('list files that a deployed endpoint could not score, or have them scored again')
    .helpOption('--help', 'show this help')
    .addOption(new Option('--list', 'show them; this is the default').conflicts('replay'))
    .option('--replay', 'send them back to the queue, after the cause was mended')
    .option('--only <prefix>', 'only files whose s3://bucket/key or wasbs://… begins with this')
    .option(
      '-c, --config <file>',
      'the endpoint file that was deployed; its stack names the queues (default: endpoint.yaml)',
    )
    .option(
      '--failures-url <url>',
      'the dead-letter queue; on Azure https://<account>.queue.core.windows.net/mlflow-serverless-batch-poison',
    )
    .option('--queue-url <url>', 'the queue to send them to')
    .option('--json', 'print JSON')
    .addHelpText('after', REDRIVE_EXAMPLES)
    .action(async (options) =>
      keep(await (await import('./batch-redrive.ts')).batchRedrive(options)),
    );
}
