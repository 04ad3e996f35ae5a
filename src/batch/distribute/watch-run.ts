import type { ObjectStore } from '../../publish/object-store.ts';
import { mapInOrder } from '../map-in-order.ts';
import type { ItemRecord, PlannedRun } from './planned-run.ts';
import { executionKey, itemsFolder } from './run-names.ts';

export interface RunProgress {
  readonly items: number;
  readonly rowsIn: number;
  readonly refused: number;
  /** Of what is done, as it was read. */
  readonly sizeBytes: number;
}

export interface RunWatch {
  /** Undefined until it is planned. */
  readonly run: PlannedRun | undefined;
  readonly progress: RunProgress;
  /** Look again: each record is read once. @throws {ServingError} what the store throws */
  update(): Promise<void>;
}

const READS_AT_ONCE = 16;

/**
 * See how far a run is, by the records that its calls leave.
 *
 * @param store of the run's output
 * @param execution the name of the state machine's execution
 */
export function watchRun(store: Pick<ObjectStore, 'read' | 'list'>, execution: string): RunWatch {
  const seen = new Set<string>();
  let run: PlannedRun | undefined;
  let progress: RunProgress = { items: 0, rowsIn: 0, refused: 0, sizeBytes: 0 };

  async function findRun(): Promise<PlannedRun | undefined> {
    const found = await store.read(executionKey(execution));
    return found && (JSON.parse(Buffer.from(found.bytes).toString()) as PlannedRun);
  }

  async function readRecord(key: string): Promise<ItemRecord | undefined> {
    const found = await store.read(key);
    if (found === undefined) return undefined;
    seen.add(key);
    return JSON.parse(Buffer.from(found.bytes).toString()) as ItemRecord;
  }

  return {
    get run() {
      return run;
    },
    get progress() {
      return progress;
    },
    async update() {
      run ??= await findRun();
      if (run === undefined) return;
      const listed = await store.list(itemsFolder(run.id));
      const unseen = listed.map(({ key }) => key).filter((key) => !seen.has(key));
      for await (const record of mapInOrder(unseen, READS_AT_ONCE, readRecord)) {
        if (record !== undefined) progress = add(progress, record);
      }
    },
  };
}

const add = (progress: RunProgress, { rows, sizeBytes }: ItemRecord): RunProgress => ({
  items: progress.items + 1,
  rowsIn: progress.rowsIn + rows.in,
  refused: progress.refused + rows.refused,
  sizeBytes: progress.sizeBytes + sizeBytes,
});
