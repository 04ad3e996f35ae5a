import type { ModelVersion } from '../registry/model-registry.ts';

export type Headers = Readonly<Record<string, string>>;

/** Which model answered: beside the body, because the body is MLflow's. */
export function headersFor({ name, version }: ModelVersion): Headers {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (name !== '') headers['x-mlflow-model-name'] = headerText(name);
  if (version !== '') headers['x-mlflow-model-version'] = headerText(version);
  return headers;
}

/** A header may hold printable ASCII only; the rest is percent-encoded. */
const headerText = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
