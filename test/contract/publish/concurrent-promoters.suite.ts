import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { movePointer } from '../../../src/publish/move-pointer.ts';
import type { ObjectStore } from '../../../src/publish/object-store.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { readHistory } from '../../../src/publish/read-history.ts';
import { publishManifests, type ReportedChange, startPromoter } from '../../helpers/promoters.ts';

export interface SharedRoot {
  /** An empty root. */
  readonly uri: string;
  /** For the promoters, perhaps by way of a proxy. */
  readonly environment: Record<string, string>;
  /** To look at the result. @default `environment` */
  readonly directEnvironment?: Record<string, string>;
  close(): Promise<void>;
}

export interface PromoterLoad {
  /** Of each of the eight. */
  readonly moves: number;
  /** How often a promoter is killed. */
  readonly kills: number;
}

const PROMOTERS = 8;
const CHAMPION = { name: 'wine', kind: 'alias', pointer: 'champion' } as const;
const TIMEOUT_MS = 300_000;

/** Every store keeps every change, whoever else writes and whoever dies. */
export function describeConcurrentPromoters(
  name: string,
  setup: () => Promise<SharedRoot>,
  { moves, kills }: PromoterLoad,
): void {
  describe(`promoters at once: ${name}`, () => {
    let root: SharedRoot;
    let store: ObjectStore;
    beforeEach(async () => {
      root = await setup();
      store = await openObjectStore(root.uri, root.directEnvironment ?? root.environment);
      await publishManifests(store, 2 * PROMOTERS);
    }, TIMEOUT_MS);
    afterEach(() => root.close());

    const history = async () =>
      (await readHistory(store, CHAMPION)).map(({ sequence, version, movedBy }) => ({
        ...{ sequence, version: version ?? '', movedBy: movedBy ?? '' },
      }));
    const inOrder = (changes: readonly ReportedChange[]) =>
      changes.toSorted((a, b) => a.sequence - b.sequence);

    it(
      `records every one of ${PROMOTERS} × ${moves} changes, once and in order`,
      async () => {
        const promoters = Array.from({ length: PROMOTERS }, (_, i) =>
          startPromoter(i, moves, root),
        );

        const ends = await Promise.all(promoters.map(({ ended }) => ended));

        expect(ends).toEqual(ends.map(() => ({ exitCode: 0, errors: '' })));
        const recorded = await history();
        expect(recorded.map(({ sequence }) => sequence)).toEqual(
          Array.from({ length: PROMOTERS * moves }, (_, i) => i + 1),
        );
        expect(inOrder(promoters.flatMap((promoter) => promoter.reported()))).toEqual(recorded);
      },
      TIMEOUT_MS,
    );

    it(
      `keeps pointer and history consistent when promoters are killed ${kills} times`,
      async () => {
        const reported: ReportedChange[] = [];
        const other = startPromoter(0, Number.MAX_SAFE_INTEGER, root);
        for (let kill = 0; kill < kills; kill += 1) {
          const promoter = startPromoter(1 + (kill % 4), Number.MAX_SAFE_INTEGER, root);
          while (promoter.reported().length === 0 && promoter.child.exitCode === null)
            await sleep(5);
          await sleep(Math.random() * 100);
          promoter.child.kill('SIGKILL');
          expect(await promoter.ended).toEqual({ exitCode: null, errors: '' });
          reported.push(...promoter.reported());
        }
        other.child.kill('SIGKILL');
        await other.ended;
        reported.push(...other.reported());

        const recorded = await history();

        expect(recorded.map(({ sequence }) => sequence)).toEqual(recorded.map((_, i) => i + 1));
        expect(recorded).toEqual(expect.arrayContaining(inOrder(reported)));
        // A change may be made and its maker killed before it could say so; one for each kill.
        expect(recorded.length - reported.length).toBeLessThanOrEqual(kills + 1);
        const started = Date.now();
        const after = await movePointer(store, { ...CHAMPION, version: '16' });
        expect(after).toMatchObject({ outcome: 'moved', sequence: recorded.length + 1 });
        expect(Date.now() - started).toBeLessThan(20_000); // a lock that a dead process holds would take a minute
      },
      TIMEOUT_MS,
    );
  });
}
