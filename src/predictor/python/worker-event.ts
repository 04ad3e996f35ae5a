/** What happens in and to a model's process, for a log. */
export type WorkerEvent =
  | {
      readonly type: 'line';
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  | {
      readonly type: 'started';
      readonly pid: number;
      readonly durationMs: number;
      readonly mlflow: string;
      readonly python: string;
      /** "denied" by the kernel, "denied in Python" only (compiled code goes past that), or "allowed". */
      readonly network: string;
    }
  | { readonly type: 'ended'; readonly pid: number; readonly reason: string };
