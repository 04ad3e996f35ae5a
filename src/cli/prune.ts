import { createInterface } from 'node:readline/promises';
import { type PrunedModel, pruneVersions } from '../publish/prune-versions.ts';
import { EXIT, UsageError } from './failure.ts';
import { openPublished, type TargetOptions } from './open-target.ts';
import { parseRegisteredModel } from './registered-model.ts';
import { sizeText } from './size-text.ts';
import { sayingWhatIsThere } from './what-is-there.ts';

export interface PruneCommandOptions extends TargetOptions {
  readonly keep: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Remove old versions of one model of a published registry, after asking. */
export async function prune(
  uri: string | undefined,
  options: PruneCommandOptions,
): Promise<number> {
  const { name } = parseRegisteredModel(uri);
  const { keep, dryRun = false, yes = false } = options;
  const isAsked = !dryRun && !yes;
  if (isAsked && process.stdin.isTTY !== true) {
    throw new UsageError('prune deletes versions for good; say --yes, or --dry-run to see which');
  }
  const store = await openPublished(
    options,
    'prune clears a published registry; on an MLflow server, delete versions with its own client',
  );
  const run = (isDryRun: boolean): Promise<PrunedModel[]> =>
    sayingWhatIsThere(store, name, () => pruneVersions(store, { name, keep, isDryRun }));
  if (isAsked) {
    const planned = await run(true);
    process.stderr.write(textOf(planned, true));
    if (!planned.some(isSomething) || !(await confirmed())) return EXIT.ok;
  }
  const pruned = await run(dryRun);
  process.stdout.write(
    options.json ? `${JSON.stringify(pruned, null, 2)}\n` : textOf(pruned, dryRun),
  );
  return EXIT.ok;
}

const isSomething = ({ removed, leftovers }: PrunedModel): boolean =>
  removed.length > 0 || leftovers.files > 0;

async function confirmed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question('delete these for good? [y/N] ')).trim());
  } finally {
    terminal.close();
  }
}

function textOf(models: readonly PrunedModel[], isDryRun: boolean): string {
  const word = isDryRun ? 'would remove' : 'removed';
  return models
    .flatMap((model) => {
      const { name, removed, kept, leftovers } = model;
      return [
        ...removed.map(
          ({ version, files, sizeBytes }) =>
            `${word} models:/${name}/${version} (${files} files, ${sizeText(sizeBytes)})`,
        ),
        ...(leftovers.files === 0
          ? []
          : [
              `${word} ${leftovers.files} files of publishes of ${name} that never ended (${sizeText(leftovers.sizeBytes)})`,
            ]),
        ...kept.map(
          ({ version, reasons }) => `keeps models:/${name}/${version}: ${reasons.join(', ')}`,
        ),
        ...(isSomething(model) ? [] : [`${name}: nothing to remove`]),
      ];
    })
    .map((line) => `${line}\n`)
    .join('');
}
