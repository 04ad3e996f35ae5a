import type { PointerName } from '../publish/pointer.ts';

/** `models:/wine@champion`, `models:/wine/Production`. */
export const pointerUri = ({ name, kind, pointer }: PointerName): string =>
  kind === 'alias' ? `models:/${name}@${pointer}` : `models:/${name}/${pointer}`;

/** A change of a pointer, for scripts. */
export function pointerJson(
  { name, kind, pointer }: PointerName,
  change: {
    readonly outcome: string;
    readonly from: string | null;
    readonly to: string | null;
    readonly sequence: number | undefined;
  },
): string {
  const { outcome, from, to, sequence } = change;
  return `${JSON.stringify({ outcome, name, [kind]: pointer, from, to, sequence }, null, 2)}\n`;
}
