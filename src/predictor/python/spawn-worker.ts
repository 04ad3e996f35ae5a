import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { workerEnvironment } from './worker-environment.ts';
import type { WorkerOptions } from './worker-options.ts';
import { findWorker } from './worker-path.ts';

export interface SpawnedWorker {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** fd 3 there: requests. */
  readonly requests: Duplex;
  /** fd 4 there: answers. */
  readonly answers: Duplex;
}

export const DEFAULT_MAX_FRAME_BYTES = 512 * 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** Start worker.py in a process group of its own, with nothing of ours but four pipes and the allowed variables. */
export function spawnWorker(options: WorkerOptions, memoryBytes: number): SpawnedWorker {
  const { python, directory, network = 'deny', workerPath = findWorker() } = options;
  const { environment = process.env, passedVariables = [] } = options;
  const child = spawn(
    python,
    [
      workerPath,
      directory,
      `--network=${network}`,
      `--parent=${process.pid}`,
      `--max-frame-bytes=${options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES}`,
      `--data-bytes=${dataLimit(memoryBytes)}`,
    ],
    {
      env: workerEnvironment(environment, passedVariables),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const [, stdout, stderr, requests, answers] = child.stdio;
  for (const stream of [stdout, stderr, requests, answers]) {
    stream?.on('error', () => {}); // EPIPE, ECONNRESET: the end of the process is reported once, by itself
  }
  return {
    child,
    stdout: stdout as Readable,
    stderr: stderr as Readable,
    requests: requests as Duplex,
    answers: answers as Duplex,
  };
}

/**
 * What the process may map privately: above the bound of what may be resident, as libraries map more than they touch.
 *
 * It turns one absurd allocation into a MemoryError inside the model; the resident bound does the rest.
 */
const dataLimit = (memoryBytes: number): number => Math.floor(2 * memoryBytes) + 4 * GIBIBYTE;
