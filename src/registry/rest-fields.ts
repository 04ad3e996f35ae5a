/** A JSON object, seen as one. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text field; numbers are taken as text, as protobuf's JSON may write them. Empty when it is absent. */
export function readText(value: unknown, key: string): string {
  const field = isRecord(value) ? value[key] : undefined;
  return typeof field === 'string' || typeof field === 'number' ? String(field) : '';
}

/** A list field; empty when it is absent: MLflow leaves empty lists out. */
export function readList(value: unknown, key: string): readonly unknown[] {
  const field = isRecord(value) ? value[key] : undefined;
  return Array.isArray(field) ? field : [];
}

/** `tags: [{key, value}]` as an object. */
export const readTags = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readList(value, 'tags').map((tag) => [readText(tag, 'key'), readText(tag, 'value')]),
  );
