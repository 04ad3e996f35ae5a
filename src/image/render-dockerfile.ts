import { shellWord } from '../shell-word.ts';
import type { CommentedStep, ImageStage, ImageStep } from './image-step.ts';

/** The text of the Dockerfile that makes these stages. */
export function renderDockerfile(title: readonly string[], stages: readonly ImageStage[]): string {
  const blocks = stages.map((stage) => renderStage(stage));
  return `${['# syntax=docker/dockerfile:1', ...title.map(asComment)].join('\n')}\n\n${blocks.join('\n\n')}\n`;
}

function renderStage({ name, base, comment, steps }: ImageStage): string {
  const lines = [...commentLines(comment), `FROM ${base} AS ${name}`];
  return [...lines, ...steps.flatMap(renderStep)].join('\n');
}

const renderStep = (step: CommentedStep): string[] => [
  ...commentLines(step.comment),
  ...instruction(step),
];

function instruction(step: ImageStep): string[] {
  switch (step.kind) {
    case 'packages':
      return ['# hadolint ignore=DL3008', `RUN ${chain(packageCommands(step.names))}`];
    case 'copy': {
      const from = step.from === undefined ? '' : `--from=${step.from} `;
      return [`COPY ${from}${JSON.stringify([step.source, step.target])}`];
    }
    case 'run':
      return [`RUN ${chain(step.commands)}`];
    case 'environment':
      return [`ENV ${pairs(step.variables)}`];
    case 'directory':
      return [`WORKDIR ${step.path}`];
    case 'label':
      return [`LABEL ${pairs(step.labels)}`];
    case 'user':
      return [`USER ${step.user}`];
    case 'port':
      return [`EXPOSE ${step.port}`];
    case 'entrypoint':
      return [`ENTRYPOINT ${JSON.stringify(step.command)}`];
    case 'arguments':
      return [`CMD ${JSON.stringify(step.values)}`];
  }
}

/**
 * What installs packages of Debian and leaves nothing else behind.
 *
 * No versions: Debian removes the old ones from its servers, so a build with a pin fails after the next correction of a
 * fault. What they are is decided by the base image's release.
 */
export const packageCommands = (names: readonly string[]): readonly string[] => [
  'apt-get update',
  `apt-get install -y --no-install-recommends ${names.map(shellWord).join(' ')}`,
  'rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb',
];

const chain = (commands: readonly string[]): string => commands.join(' \\\n && ');

const pairs = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(' \\\n    ');

/** In double quotes, where only these mean something. */
const quoted = (value: string): string =>
  /^[\w@%+:,./-]+$/.test(value)
    ? value
    : `"${value.replace(/[\r\n]+/g, ' ').replace(/[\\"$]/g, '\\$&')}"`;

const commentLines = (comment: string | undefined): string[] =>
  comment === undefined ? [] : comment.split('\n').map(asComment);

const asComment = (line: string): string => `# ${line.replace(/[\r\n]+/g, ' ')}`;
