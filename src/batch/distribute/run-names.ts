/** Names below the output that no input's folder has: those of inputs end with their job. */
const ROOT = '_runs';

const folder = (run: string): string => `${ROOT}/${run}`;

/** The `PlannedRun` that an execution of a state machine works off; for whoever watches it. */
export const executionKey = (execution: string): string => `${ROOT}/executions/${execution}.json`;

/** How far a plan is that takes more than one call. */
export const planningKey = (run: string): string => `${folder(run)}/planning.json`;

/** JSON Lines, a `PlannedItem` each. */
export const planKey = (run: string): string => `${folder(run)}/plan.jsonl`;

export const itemsFolder = (run: string): string => `${folder(run)}/items`;

export const itemKey = (run: string, index: number): string => `${itemsFolder(run)}/${index}.json`;

/** @param file from 0, in the order of the plan */
export const headerKey = (run: string, file: number): string => `${folder(run)}/headers/${file}`;

/** What the state machine writes: answers of the calls, for whoever looks why one failed. */
export const resultsFolder = (run: string): string => `${folder(run)}/results`;

export const runManifestKey = (run: string): string => `${folder(run)}/_manifest.json`;
