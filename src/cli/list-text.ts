import type { ListedModel, ListedVersion } from '../publish/list-models.ts';
import type { HistoryEntry } from '../publish/read-history.ts';
import type { ListedModelWithHistory, PointerHistory } from './list.ts';
import { pointerUri } from './pointer-text.ts';
import { sizeText } from './size-text.ts';

/** The models of a registry as a person reads them. */
export function listText(models: readonly ListedModelWithHistory[], uri: string): string {
  if (models.length === 0) return `nothing is published in ${uri}\n`;
  return models.map((model) => `${modelLines(model).join('\n')}\n`).join('\n');
}

function modelLines(model: ListedModelWithHistory): string[] {
  const versions = table(model.versions.map((version) => versionCells(model, version)));
  const dangling = [...model.aliases, ...model.stages].filter(
    ({ version }) => !model.versions.some((listed) => listed.version === version),
  );
  return [
    model.name,
    ...versions.map((line) => `  ${line}`),
    ...dangling.map(({ pointer, version, fault }) =>
      fault === undefined
        ? `  ${pointer} means version ${version}, which is not there`
        : `  ${fault}`,
    ),
    ...(model.history ?? []).flatMap((history) => historyLines(model.name, history)),
  ];
}

function versionCells(model: ListedModel, listed: ListedVersion): string[] {
  const { version, publishedAt, sizeBytes, fault } = listed;
  if (fault !== undefined) return [version, fault];
  const isHere = (pointer: { readonly version: string | null }) => pointer.version === version;
  const pointers = [
    ...model.aliases.filter(isHere).map(({ pointer }) => `@${pointer}`),
    ...model.stages.filter(isHere).map(({ pointer }) => pointer),
  ];
  return [
    version,
    timeText(publishedAt),
    sizeText(sizeBytes),
    flavorsText(listed),
    pointers.join(' '),
  ];
}

/** Every model is a python_function, too; it says something only where there is nothing else. */
function flavorsText({ flavors, runtime }: ListedVersion): string {
  const kinds = flavors.filter((flavor) => flavor !== 'python_function');
  const named = (kinds.length > 0 ? kinds : flavors).join(', ') || '-';
  return runtime === 'python' ? `${named} with Python` : named;
}

const historyLines = (name: string, { kind, pointer, changes }: PointerHistory): string[] => [
  `  ${pointerUri({ name, kind, pointer })}`,
  ...table(changes.map(changeCells)).map((line) => `    ${line}`),
];

function changeCells({ sequence, version, action, restores, movedAt, movedBy }: HistoryEntry) {
  const what = version === null ? 'removed' : `to version ${version}`;
  const how = restores === undefined ? (action ?? '-') : `${action} to change ${restores}`;
  return [String(sequence), timeText(movedAt), what, how, movedBy ?? ''];
}

/** Minutes are enough for a person; UTC. */
const timeText = (iso: string | undefined): string =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(iso ?? '')?.[0].replace('T', ' ') ?? '-';

/** Columns of equal width, without blanks at the end. */
function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number): number =>
    Math.max(
      ...rows.filter((row) => row.length > column + 1).map((row) => row[column]?.length ?? 0),
      0,
    );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  );
}
