import { statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Follower } from './follower.ts';
import type { Answered, SteadyLoad } from './steady-load.ts';

/** When things happened, in ms after the alias was set in MLflow. */
export interface Switch {
  readonly webhookMs: number;
  readonly pointerMs: number;
  readonly firstNewMs: number;
  readonly lastOldMs: number;
  readonly requests: number;
  /** Sent before the pointer had moved, answered after it. */
  readonly inFlight: number;
  readonly slowestMs: number;
  /** What must not be. */
  readonly faults: readonly string[];
}

export interface SwitchOptions {
  readonly load: SteadyLoad;
  readonly follower: Follower;
  /** Of the alias, on the disk of the S3 server. */
  readonly pointerFile: string;
  readonly instances: number;
  readonly from: string;
  readonly to: string;
  /** Sets the alias in MLflow. */
  readonly move: () => Promise<void>;
}

/** The first new answer comes, and the last old one, within this time after the pointer has moved; ms. */
const MAX_OLD_MS = 1_000;
/** Answered around each switch. */
const MIN_REQUESTS = 1_000;
const TIMEOUT_MS = 30_000;

/** Move the alias while requests go on, and look at each answer. */
export async function measureSwitch(options: SwitchOptions): Promise<Switch> {
  const { load, follower, pointerFile, to, move } = options;
  const firstIndex = load.answers.length;
  const arrivals = follower.arrivals.length;
  const movedBefore = modifiedAtMs(pointerFile);
  await sleep(500);
  const setAtMs = Date.now();
  await move();
  const deadlineMs = setAtMs + TIMEOUT_MS;
  const around = (): Answered[] => load.answers.slice(firstIndex);
  let pointerAtMs = movedBefore;
  const isOver = (): boolean =>
    pointerAtMs !== movedBefore &&
    Date.now() > pointerAtMs + 2 * MAX_OLD_MS &&
    around().length >= MIN_REQUESTS &&
    around().at(-1)?.version === to;
  while (!isOver() && Date.now() < deadlineMs) {
    await sleep(10);
    pointerAtMs = modifiedAtMs(pointerFile);
  }
  const answers = around();
  const news = answers.filter(({ version }) => version === to);
  const olds = answers.filter(({ version }) => version === options.from);
  const after = (ms: number | undefined): number => (ms ?? Number.NaN) - setAtMs;
  const figures = {
    webhookMs: after(follower.arrivals[arrivals]?.atMs),
    pointerMs: after(pointerAtMs),
    firstNewMs: after(news[0]?.atMs),
    lastOldMs: after(olds.at(-1)?.atMs),
    requests: answers.length,
    inFlight: olds.filter((one) => one.sentAtMs < pointerAtMs && one.atMs >= pointerAtMs).length,
    slowestMs: Math.max(...answers.map(({ sentAtMs, atMs }) => atMs - sentAtMs)),
  };
  return { ...figures, faults: findFaults(answers, figures, options) };
}

function findFaults(
  answers: readonly Answered[],
  { pointerMs, firstNewMs, lastOldMs }: Pick<Switch, 'pointerMs' | 'firstNewMs' | 'lastOldMs'>,
  { from, to, instances }: SwitchOptions,
): string[] {
  const failed = answers.filter(({ status }) => status !== 200);
  const strange = answers.filter(({ version }) => version !== from && version !== to);
  const wrong = answers.filter(({ version, predicted }) => version !== predicted);
  const lateMs = Math.max(firstNewMs, lastOldMs) - pointerMs;
  return [
    ...(failed.length > 0 ? [`${failed.length} failed: ${JSON.stringify(failed[0])}`] : []),
    ...(strange.length > 0 ? [`${strange.length} of another version`] : []),
    ...(wrong.length > 0 ? [`${wrong.length} whose prediction is of another version`] : []),
    ...(lateMs <= MAX_OLD_MS
      ? []
      : [
          `not switched ${lateMs.toFixed()} ms after the pointer moved (load ${loadavg()[0]?.toFixed(1)})`,
        ]),
    ...(answers.length < MIN_REQUESTS ? [`only ${answers.length} requests`] : []),
    ...Array.from({ length: instances }, (_, index) => goesBack(answers, index, to)).flat(),
  ];
}

/** An instance that has answered with the new version has done with the old one. */
function goesBack(answers: readonly Answered[], instance: number, to: string): string[] {
  const versions = answers.filter((one) => one.instance === instance).map((one) => one.version);
  const firstNew = versions.indexOf(to);
  if (firstNew < 0) return [`instance ${instance} never answered with version ${to}`];
  return versions.slice(firstNew).every((version) => version === to)
    ? []
    : [`instance ${instance} went back to the old version`];
}

function modifiedAtMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
