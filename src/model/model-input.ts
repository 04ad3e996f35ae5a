import type { Frame } from './frame.ts';
import type { PyValue } from './py-value.ts';

/** What MLflow hands to a model after parsing and schema enforcement. */
export type ModelInput = Frame | PyValue;
