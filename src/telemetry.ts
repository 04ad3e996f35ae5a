/** Which model an event is about; low cardinality, so it may become a metric's dimension. */
export interface EventModel {
  readonly name: string;
  /** Registered version, `m-…`, or empty for plain files. */
  readonly version: string;
}

/** The part of a version that an event carries. */
export const eventModel = ({ name, version }: EventModel): EventModel => ({ name, version });

/** What became of the model's own input example when the model was opened. */
export type ExampleStatus = 'passed' | 'failed' | 'absent';

/** A URI was looked up for the first time, or means another version than before. */
export interface ModelResolved {
  readonly type: 'model-resolved';
  readonly uri: string;
  readonly model: EventModel;
  readonly durationMs: number;
}

/** A version is open. */
export interface ModelLoaded {
  readonly type: 'model-loaded';
  readonly model: EventModel;
  readonly durationMs: number;
  /** Bringing the files to disk; the rest of `durationMs` is waiting for a turn and opening. */
  readonly filesMs: number;
  readonly openMs: number;
  readonly filesBytes: number;
  readonly residentBytes: number;
  /** True when nothing had to be downloaded. */
  readonly wasOnDisk: boolean;
  readonly example: ExampleStatus;
  /** Why the example failed. */
  readonly exampleError?: unknown;
}

export interface ModelLoadFailed {
  readonly type: 'model-load-failed';
  readonly model: EventModel;
  readonly durationMs: number;
  readonly error: unknown;
}

/** An alias, stage or `latest` moved, and the new version took over. */
export interface ModelRefreshed {
  readonly type: 'model-refreshed';
  readonly uri: string;
  readonly from: EventModel;
  readonly to: EventModel;
  /** From the lookup that saw it to the switch. */
  readonly durationMs: number;
}

/** What a URI means could not be found out, or the version it means now could not be opened. */
export interface RefreshFailed {
  readonly type: 'refresh-failed';
  readonly uri: string;
  /** The version that goes on serving; absent when there is none. */
  readonly serving?: EventModel;
  readonly failures: number;
  readonly retryInMs: number;
  readonly error: unknown;
}

export interface ModelEvicted {
  readonly type: 'model-evicted';
  readonly model: EventModel;
  readonly reason: 'memory' | 'replaced' | 'closed';
  readonly residentBytes: number;
  /** When giving the memory back failed. */
  readonly error?: unknown;
}

/** One answered invocation. */
export interface Predicted {
  readonly type: 'predicted';
  readonly model: EventModel;
  readonly rows?: number;
  readonly durationMs: number;
}

/** One invocation that got no prediction. */
export interface Refused {
  readonly type: 'refused';
  readonly model?: EventModel;
  readonly status: number;
  readonly code: string;
  readonly durationMs: number;
}

export type TelemetryEvent =
  | ModelResolved
  | ModelLoaded
  | ModelLoadFailed
  | ModelRefreshed
  | RefreshFailed
  | ModelEvicted
  | Predicted
  | Refused;

/** Where events go. An event never holds a payload or a credential. */
export interface Telemetry {
  /** Cheap, synchronous, and never throws. */
  emit(event: TelemetryEvent): void;
}

export const NO_TELEMETRY: Telemetry = { emit: () => {} };

/** Send each event to every sink; one that throws harms neither the others nor the request. */
export function combineTelemetry(...sinks: readonly Telemetry[]): Telemetry {
  return {
    emit(event) {
      for (const sink of sinks) {
        try {
          sink.emit(event);
        } catch {
          // A sink is no part of serving; it has nowhere better to report its own failure.
        }
      }
    },
  };
}
