/**
 * Where things lie below the root of a published registry. Reader and writer take their keys from here.
 *
 * @see docs/published-layout.md
 */

/** `aliases/<alias>.json` and `stages/<Stage>.json` name a version. */
export type PointerKind = 'alias' | 'stage';

const FOLDER_BY_KIND = { alias: 'aliases', stage: 'stages' } as const;

export const modelFolder = (name: string): string => `models/${encodeURIComponent(name)}`;

export const versionsFolder = (name: string): string => `${modelFolder(name)}/versions`;

export const versionFolder = (name: string, version: string): string =>
  `${versionsFolder(name)}/${version}`;

export const manifestKey = (name: string, version: string): string =>
  `${versionFolder(name, version)}/manifest.json`;

/** There while somebody removes the version. */
export const removalKey = (name: string, version: string): string =>
  `${versionFolder(name, version)}/removal.json`;

export const pointersFolder = (name: string, kind: PointerKind): string =>
  `${modelFolder(name)}/${FOLDER_BY_KIND[kind]}`;

export const pointerKey = (name: string, kind: PointerKind, pointer: string): string =>
  `${pointersFolder(name, kind)}/${encodeURIComponent(pointer)}.json`;

/** What a pointer said before, one object for each change, by its sequence number. */
export const historyFolder = (name: string, kind: PointerKind, pointer: string): string =>
  `${modelFolder(name)}/history/${FOLDER_BY_KIND[kind]}/${encodeURIComponent(pointer)}`;

/** Padded, so that a listing is in order. */
export const historyKey = (
  name: string,
  kind: PointerKind,
  pointer: string,
  sequence: number,
): string => `${historyFolder(name, kind, pointer)}/${String(sequence).padStart(8, '0')}.json`;

/** Whether a text can be part of a key at all. */
export const isKeyPart = (text: string): boolean =>
  text !== '' && text !== '.' && text !== '..' && text.isWellFormed();

/** The name that a part of a key stands for; undefined for what no writer of ours would have made. */
export function decodeKeyPart(part: string): string | undefined {
  try {
    const name = decodeURIComponent(part);
    return encodeURIComponent(name) === part ? name : undefined;
  } catch {
    return undefined; // not percent-encoded: not ours
  }
}
