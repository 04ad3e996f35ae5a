import { isRecord } from '../registry/rest-fields.ts';
import type { RegistryEvent } from './parse-registry-event.ts';

/** Marks events that the function sends to itself; nobody else may invoke it but by HTTP. */
const SOURCE = 'mlflow-serverless.registry-events';

/** An event for the same function, later and with more time. */
export interface HandedOver {
  readonly source: typeof SOURCE;
  readonly detail: RegistryEvent;
}

export const handOver = (detail: RegistryEvent): HandedOver => ({ source: SOURCE, detail });

/** The registry event in what invoked the function; `undefined` when it was something else. */
export function findHandedOver(event: unknown): RegistryEvent | undefined {
  if (!isRecord(event) || event['source'] !== SOURCE) return undefined;
  const { detail } = event;
  const isEvent = isRecord(detail) && FIELDS[String(detail['kind'])]?.every(isTextIn(detail));
  if (isEvent) return detail as unknown as RegistryEvent;
  throw new Error(`an event of ${SOURCE} has no registry event in it`);
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  alias: ['name', 'alias'],
  version: ['name', 'version'],
  tag: ['name', 'version', 'key'],
};

const isTextIn =
  (detail: Record<string, unknown>) =>
  (field: string): boolean =>
    typeof detail[field] === 'string';

/** A rule or a schedule of EventBridge. */
export const isScheduled = (event: unknown): boolean =>
  isRecord(event) &&
  (event['detail-type'] === 'Scheduled Event' ||
    event['source'] === 'aws.events' ||
    event['source'] === 'aws.scheduler');
