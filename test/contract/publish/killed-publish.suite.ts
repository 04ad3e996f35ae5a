import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSources } from '../../../src/endpoint/open-sources.ts';
import { ServingError } from '../../../src/errors.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { manifestKey, versionsFolder } from '../../../src/registry/published-layout.ts';
import { onnxModelFiles } from '../../helpers/published-model.ts';
import { type CliOutcome, runCli, startCli } from '../../helpers/run-cli.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';

export interface PlaceUnderTest {
  /** Where to publish to. */
  readonly to: string;
  readonly environment: Readonly<Record<string, string>>;
}

const NAME = 'wine';
/** One part more than a single request takes, so that a kill may come between parts; bytes. */
const LARGE_BYTES = 20 * 2 ** 20;

/** What the command says when a phase begins; it is killed some time after one of these. */
const PHASES = ['downloading', 'opening', 'uploading', 'uploading'];
/** A phase takes about so long on a busy machine. */
const LONGEST_PHASE_MS = 600;

/**
 * Kill -9 a publish again and again, at random points from its start to its end: what can be seen afterwards is the whole
 * version or none, and the next publish succeeds.
 */
export function describeKilledPublish(
  place: string,
  kills: number,
  setup: () => Promise<PlaceUnderTest>,
): void {
  describe(`publish to ${place}, killed at ${kills} random points`, () => {
    let root: string;
    let model: string;
    let under: PlaceUnderTest;

    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), 'killed-publish-'));
      model = join(root, 'model');
      mkdirSync(join(model, 'data'), { recursive: true });
      mkdirSync(join(root, 'tmp'));
      const files = onnxModelFiles(linearModel(), '{"inputs": [[1.0, 2.0, 3.0]]}');
      const large = { 'data/large.bin': randomBytes(LARGE_BYTES), 'notes.txt': 'small' };
      for (const [path, bytes] of Object.entries({ ...files, ...large })) {
        writeFileSync(join(model, path), bytes);
      }
      under = await setup();
    });
    afterAll(() => rmSync(root, { recursive: true }));

    const args = (version: number): string[] => [
      'publish',
      '-m',
      model,
      '--to',
      under.to,
      '--name',
      NAME,
      '--version',
      String(version),
    ];
    const options = () => ({ environment: { ...under.environment, TMPDIR: join(root, 'tmp') } });
    const leftovers = () =>
      readdirSync(join(root, 'tmp')).filter((name) => name.includes('.partial-'));

    it('shows all of a version or nothing, and publishes it the next time', async () => {
      expect(await failureOf(runCli(args(1), options()))).toBe('');
      const seen = { ended: 0, withoutFiles: 0, withFiles: 0 };

      for (let version = 2; version <= kills + 1; version += 1) {
        const killed = startCli(args(version), options());
        await untilSaid(killed.child, PHASES[(version - 2) % PHASES.length] ?? '');
        // The first one at once: on a fast machine all others may come too late.
        if (version > 2) await sleep(LONGEST_PHASE_MS * Math.random() ** 2);
        killed.child.kill('SIGKILL');
        await killed.ended;
        seen[await lookAt(version)] += 1;
        expect(await failureOf(runCli(args(version), options()))).toBe('');
        expect(await lookAt(version)).toBe('ended');
      }

      console.log(`${kills} kills: ${JSON.stringify(seen)}`);
      expect(seen.withFiles + seen.withoutFiles).toBeGreaterThan(0);
      expect(leftovers()).toEqual([]);
    }, 600_000);

    /** Reads as a server does. A version that is there must be there with every byte of every file. */
    async function lookAt(version: number): Promise<keyof typeof seenKinds> {
      const environment = { ...under.environment, MLFLOW_REGISTRY_URI: under.to };
      const { registry, store } = await openSources(environment);
      const objects = await openObjectStore(under.to, environment);
      const keys = (await objects.list(versionsFolder(NAME))).map(({ key }) => key);
      const hasManifest = keys.includes(manifestKey(NAME, String(version)));
      const found = await registry.resolve(`models:/${NAME}/${version}`).catch(missing);
      const latest = await registry.resolve(`models:/${NAME}/latest`);

      expect(found !== undefined).toBe(hasManifest);
      expect(latest.version).toBe(String(hasManifest ? version : version - 1));
      if (found === undefined) {
        const hasFiles = keys.some((key) => key.includes(`/versions/${version}/`));
        return hasFiles ? 'withFiles' : 'withoutFiles';
      }
      const directory = join(mkdtempSync(join(root, 'seen-')), 'model');
      await store.download(found.source, directory, { files: found.files ?? [] });
      rmSync(directory, { recursive: true });
      expect(found.files).toHaveLength(5);
      return 'ended';
    }
  });
}

/** Resolves when the process has said it on standard error, or has ended. */
function untilSaid(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve) => {
    child.stderr?.on('data', (text: string) => {
      if (text.includes(words)) resolve();
    });
    child.once('close', () => resolve());
  });
}

/** What a command that failed says; empty for one that did not. */
async function failureOf(running: Promise<CliOutcome>): Promise<string> {
  const { exitCode, stderr } = await running;
  return exitCode === 0 ? '' : `exit code ${exitCode}: ${stderr}`;
}

const seenKinds = { ended: 0, withoutFiles: 0, withFiles: 0 };

function missing(error: unknown): undefined {
  expect(error).toBeInstanceOf(ServingError);
  expect((error as ServingError).code).toBe('RESOURCE_DOES_NOT_EXIST');
}
