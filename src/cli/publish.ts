import packageJson from '../../package.json' with { type: 'json' };
import { publishModel } from '../endpoint/publish-model.ts';
import { openObjectStore } from '../publish/open-object-store.ts';
import type { PublishedVersion } from '../publish/publish-options.ts';
import { parseModelUri } from '../registry/model-uri.ts';
import { shellWord } from '../shell-word.ts';
import { commandConfiguration, type ModelOptions } from './command-options.ts';
import { createConvertProgress } from './convert-progress.ts';
import { createEnvironmentProgress } from './environment-progress.ts';
import { EXIT, failureLine, UsageError } from './failure.ts';
import { checkReadable } from './file-problem.ts';
import { createPublishProgress } from './publish-progress.ts';
import { sizeText } from './size-text.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface PublishCommandOptions extends ModelOptions {
  readonly to: string;
  readonly name?: string;
  readonly version?: string;
  readonly allowFailingExample?: boolean;
  /** Of a conversion: CSV or Parquet files. */
  readonly check?: readonly string[];
  readonly allowDrift?: boolean;
  /** ms. */
  readonly timeout?: number;
  readonly json?: boolean;
}

/** Copy a version into a published registry, verified; says what is there now and what to do next. */
export async function publish(options: PublishCommandOptions): Promise<number> {
  const { environment, modelUri } = commandConfiguration(options);
  await checkReadable(options.check ?? []);
  const signal = untilInterrupted('nothing of it is visible', options.timeout);
  const target = await openObjectStore(options.to, environment);
  const progress = createPublishProgress();
  const environmentProgress = createEnvironmentProgress();
  const conversion = createConvertProgress();
  const stopProgress = (): void => {
    for (const display of [environmentProgress, conversion, progress]) display.stop();
  };
  try {
    const published = await publishModel({
      modelUri,
      environment,
      target,
      ...(options.name !== undefined && { name: options.name }),
      ...(options.version !== undefined && { version: options.version }),
      allowFailingExample: options.allowFailingExample ?? false,
      signal,
      onResolved: () => checkNameAndVersion(modelUri, options),
      onProgress: progress.update,
      onEnvironment: environmentProgress.update,
      conversion: {
        checks: options.check ?? [],
        isDriftAllowed: options.allowDrift ?? false,
        onnxRuntimeVersion: packageJson.dependencies['onnxruntime-node'],
        onProgress: conversion.update,
      },
    });
    stopProgress();
    warn(published, options);
    process.stdout.write(
      options.json ? jsonOf(published, options.to) : textOf(published, options.to),
    );
    return EXIT.ok;
  } finally {
    stopProgress();
  }
}

/** @throws {UsageError} when a run or a folder has none, or a registered version is given another number */
function checkNameAndVersion(modelUri: string, { name, version }: PublishCommandOptions): void {
  const { kind } = parseModelUri(modelUri);
  const hasVersion = ['version', 'alias', 'stage', 'latest'].includes(kind);
  if (hasVersion && version !== undefined) {
    throw new UsageError(
      '--version is for runs, logged models and folders: a registered version keeps its number',
    );
  }
  if (!hasVersion && (name === undefined || version === undefined)) {
    throw new UsageError(
      'only a registered version has a name and a number of its own: say under which to publish this, with --name wine --version 1',
    );
  }
}

function warn(
  { outcome, example, exampleError, note: reason }: PublishedVersion,
  { check = [] }: PublishCommandOptions,
): void {
  if (outcome === 'unchanged' && check.length > 0) {
    note(
      'warning: the rows of --check were not compared, as the version was published before; mlflow-serverless convert --check does, into a folder of its own',
    );
  }
  if (reason !== undefined) note(reason);
  if (example === 'absent') {
    note(
      'warning: the model has no input example, so it was opened, but has not answered anything; log it with input_example=… to have that checked, too',
    );
  }
  if (example === 'failed') {
    note(`warning: the model cannot answer its own input example: ${failureLine(exampleError)}`);
  }
}

const note = (line: string): void => void process.stderr.write(`mlflow-serverless: ${line}\n`);

const OUTCOMES = {
  published: 'published',
  unchanged: 'nothing to do, the same files are published already:',
  repaired: 'brought back files that had gone from',
} as const;

function textOf(published: PublishedVersion, to: string): string {
  const { outcome, name, version, uri, files, bytes, example, runtime } = published;
  const answered = example === 'passed' ? '; it has answered its own input example' : '';
  const place = to.trim().replace(/\/+$/, '');
  const uriWord = shellWord(`models:/${name}/${version}`);
  return [
    `${OUTCOMES[outcome]} models:/${name}/${version}${answered}`,
    `  ${files} ${files === 1 ? 'file' : 'files'}, ${sizeText(bytes)}, in ${uri}`,
    ...(runtime === 'python' ? ['  Python will serve it, in an image of its own'] : []),
    'next:',
    `  mlflow-serverless promote ${uriWord} --alias champion --to ${shellWord(place)}`,
    '',
  ].join('\n');
}

function jsonOf(published: PublishedVersion, to: string): string {
  const { outcome, name, version, uri, files, bytes, example, runtime, note: reason } = published;
  const facts = {
    outcome,
    name,
    version,
    registry: to,
    uri,
    files,
    bytes,
    example,
    runtime,
    note: reason,
  };
  return `${JSON.stringify(facts, null, 2)}\n`;
}
