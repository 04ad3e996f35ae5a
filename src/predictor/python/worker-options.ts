import type { Variables } from './worker-environment.ts';
import type { WorkerEvent } from './worker-event.ts';

export interface WorkerOptions {
  /** Absolute path of the interpreter of the model's environment. */
  readonly python: string;
  /** The model directory. */
  readonly directory: string;
  /** @default 'deny' - sockets of other kinds than AF_UNIX are refused by the kernel */
  readonly network?: 'deny' | 'allow';
  /** Of the model's processes together; above it they are stopped. @default 80 % of the memory */
  readonly memoryBytes?: number;
  /** Until the model is loaded. @default 120 000 */
  readonly startTimeoutMs?: number;
  /** A larger request, or answer, is refused. @default 512 MiB */
  readonly maxFrameBytes?: number;
  /** Where the allowed variables are taken from. @default process.env */
  readonly environment?: Variables;
  /** Names of further variables that the model may see. @default none */
  readonly passedVariables?: readonly string[];
  /** What the process prints, and what becomes of it. @default nobody is told */
  readonly onEvent?: (event: WorkerEvent) => void;
  /** @default beside this program */
  readonly workerPath?: string;
}
