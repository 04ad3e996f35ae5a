/** The keys and indexes that lead to a place in the file. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with an endpoint file. */
export interface Fault {
  readonly path: Path;
  /** Whether the line of the key or of its value is meant. @default 'value' */
  readonly at?: 'key' | 'value';
  /** Without the place, which is put before it. */
  readonly text: string;
}

/** `api.cors.origins[0]` */
export const describePath = (path: Path): string =>
  path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
