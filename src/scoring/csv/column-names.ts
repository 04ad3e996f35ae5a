/** The columns of a frame to be: `renamed` has, by position, the name a repeated one had. */
export interface CsvHeader {
  readonly names: readonly string[];
  readonly renamed: ReadonlyMap<number, string>;
}

/**
 * Name the columns of a header as pandas does: empty names count as `Unnamed: <position>`, later
 * ones of equal names get `.1`, `.2` …, named columns keep their name before unnamed ones do.
 *
 * @see pandas/_libs/parsers.pyx, `_get_header`
 */
export function nameColumns(fields: readonly string[]): CsvHeader {
  const present = new Set(fields);
  if (present.size === fields.length && !present.has('')) return { names: fields, renamed: NONE };
  const names = fields.map((field, position) => field || `Unnamed: ${position}`);
  const renamed = new Map<number, string>();
  for (const name of names) present.add(name);
  const nextSuffix = new Map<string, number>();
  for (const position of namedFirst(fields)) {
    const name = names[position] as string;
    let unique = name;
    let suffix = nextSuffix.get(name) ?? 0;
    if (suffix > 0) {
      do unique = `${name}.${suffix++}`;
      while (present.has(unique));
      nextSuffix.set(name, suffix);
      renamed.set(position, name);
      names[position] = unique;
      present.add(unique);
    }
    nextSuffix.set(unique, 1);
  }
  return { names, renamed };
}

const NONE: ReadonlyMap<number, string> = new Map();

function namedFirst(fields: readonly string[]): number[] {
  const named: number[] = [];
  const unnamed: number[] = [];
  for (const [position, field] of fields.entries()) (field === '' ? unnamed : named).push(position);
  return [...named, ...unnamed];
}
