import { describeExit } from './describe-exit.ts';
import { createFrameReader, encodeFrameStart, type Frame } from './frames.ts';
import { proportionalBytesOf, residentBytesOf } from './group-memory.ts';
import { forgetGroup, killGroup, watchGroup } from './live-groups.ts';
import { createLineSplitter } from './log-lines.ts';
import { DEFAULT_MAX_FRAME_BYTES, spawnWorker } from './spawn-worker.ts';
import type { WorkerOptions } from './worker-options.ts';

/** A process with the model loaded. One question at a time. */
export interface WorkerProcess {
  readonly pid: number;
  /** Resolves when the process is gone, with the reason for people. Never rejects. */
  readonly ended: Promise<string>;
  readonly isEnded: () => boolean;
  /** @throws {Error} saying how the process ended before it answered */
  ask(head: Frame['head'], body: Uint8Array): Promise<Frame>;
  /** End the whole group now. The reason is told instead of the signal's name. */
  kill(reason: string): void;
  /** Let it finish, for a moment. */
  close(): Promise<void>;
  residentBytes(): number;
  /** True when the group's memory, shared pages counted once, is above the bound. */
  isAbove(bytes: number): boolean;
}

/** How long the process has to run its exit handlers; ms. */
const CLOSE_MS = 2_000;
/** From its end to the end of its pipes: whoever left the group may hold them; ms. */
const DRAIN_MS = 500;

/** Start worker.py; the first frame that comes says whether the model is loaded. */
export function startWorkerProcess(options: WorkerOptions, memoryBytes: number): StartingWorker {
  const { maxFrameBytes = DEFAULT_MAX_FRAME_BYTES, onEvent = () => {} } = options;
  const { child, stdout, stderr, requests, answers } = spawnWorker(options, memoryBytes);
  let killedFor: string | undefined;
  let isEnded = false;
  let waiting: PromiseWithResolvers<Frame> | undefined = Promise.withResolvers();
  /** Number of the question that waits; what says that the model is loaded answers none. */
  let asked: number | undefined;
  const first = waiting.promise;
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<string>();

  const kill = (reason: string): void => {
    killedFor ??= reason;
    if (child.pid !== undefined && !isEnded) killGroup(child.pid);
  };
  const end = (reason: string): void => {
    if (isEnded) return;
    isEnded = true;
    if (child.pid !== undefined) forgetGroup(child.pid);
    for (const stream of [stdout, stderr, requests, answers]) stream.destroy();
    waiting?.reject(new Error(killedFor ?? reason));
    waiting = undefined;
    resolveEnded(killedFor ?? reason);
  };
  const reader = createFrameReader(maxFrameBytes, (frame) => {
    if (waiting === undefined) return kill('it answered a question that nobody asked');
    // Without the number, a frame that the model wrote itself would give every later caller the answer before theirs.
    const isOwn = frame.head['id'] === asked || frame.head['last'] === true;
    if (!isOwn) return kill('it answered another question than the one asked');
    waiting.resolve(frame);
    waiting = undefined;
  });
  const readSafely = (chunk: Buffer): void => {
    try {
      reader.push(chunk);
    } catch (error) {
      kill(
        `it broke the protocol (${error instanceof Error ? error.message : 'unreadable frame'})`,
      );
    }
  };

  first.catch(() => {}); // whoever starts it waits for it
  answers.on('data', readSafely);
  for (const [stream, name] of [
    [stdout, 'stdout'],
    [stderr, 'stderr'],
  ] as const) {
    const lines = createLineSplitter(name, onEvent);
    stream.on('data', lines.push);
    stream.on('close', lines.end);
  }
  if (child.pid !== undefined) watchGroup(child.pid);
  child.once('error', (error) => end(`its interpreter cannot be run (${codeOf(error)})`));
  child.once('exit', (code, signal) => {
    const reason = describeExit(code, signal);
    if (child.pid !== undefined) killGroup(child.pid);
    const timer = setTimeout(() => end(reason), DRAIN_MS);
    child.once('close', () => {
      clearTimeout(timer);
      end(reason);
    });
  });

  const pid = child.pid ?? 0;
  return {
    first,
    pid,
    ended,
    isEnded: () => isEnded,
    kill,
    ask(head, body) {
      if (isEnded) return Promise.reject(new Error('it had ended before'));
      waiting = Promise.withResolvers();
      asked = (asked ?? 0) + 1;
      requests.cork();
      requests.write(encodeFrameStart({ ...head, id: asked }, body.length));
      if (body.length > 0) requests.write(body);
      requests.uncork();
      return waiting.promise;
    },
    async close() {
      requests.end();
      const timer = setTimeout(() => kill('it was closed'), CLOSE_MS);
      await ended;
      clearTimeout(timer);
    },
    residentBytes: () => (isEnded ? 0 : residentBytesOf(pid)),
    isAbove: (bytes) =>
      !isEnded && residentBytesOf(pid) > bytes && proportionalBytesOf(pid) > bytes,
  };
}

export interface StartingWorker extends WorkerProcess {
  /** Rejects when the process ended before it said anything. */
  readonly first: Promise<Frame>;
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);
