import { ServingError } from './errors.ts';
import { redact } from './redact.ts';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LEVELS)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/** Lines on stderr: JSON for a platform, one readable line for a terminal. Never payloads or credentials. */
export interface Log {
  /** Ask before building costly fields. */
  isEnabled(level: LogLevel): boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  /** @default 'info' - what a request does is logged only at `debug` */
  readonly level?: LogLevel;
  /** @default process.stderr */
  readonly stream?: { write(text: string): unknown; readonly isTTY?: boolean };
  /** @default Date.now - ms since epoch */
  readonly now?: () => number;
}

export function createLog(options: LogOptions = {}): Log {
  const { level = 'info', stream = process.stderr, now = Date.now } = options;
  const threshold = LEVELS.indexOf(level);
  const encode = stream.isTTY === true ? encodeReadable : encodeJson;
  const isEnabled = (at: LogLevel): boolean => LEVELS.indexOf(at) >= threshold && at !== 'silent';
  const writerAt = (at: LogLevel) => {
    if (!isEnabled(at)) return () => {};
    return (message: string, fields: LogFields = {}): void => {
      stream.write(
        `${encode({ time: new Date(now()).toISOString(), level: at, message }, fields)}\n`,
      );
    };
  };
  return {
    isEnabled,
    debug: writerAt('debug'),
    info: writerAt('info'),
    warn: writerAt('warn'),
    error: writerAt('error'),
  };
}

interface Head {
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
}

function encodeJson(head: Head, fields: LogFields): string {
  const line: Record<string, unknown> = { ...head, message: redact(head.message) };
  for (const [name, value] of Object.entries(fields)) line[name] = toLoggable(value);
  return JSON.stringify(line);
}

/** `12:00:00 warn  could not look up models:/wine@champion  code=TEMPORARILY_UNAVAILABLE` */
function encodeReadable(head: Head, fields: LogFields): string {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const text = toLoggable(value);
      return `  ${name}=${typeof text === 'string' ? text : JSON.stringify(text)}`;
    });
  return `${head.time.slice(11, 19)} ${head.level.padEnd(5)} ${redact(head.message)}${rest.join('')}`;
}

/** Strings redacted, an error as its code and message; a bug keeps its stack, an expected error does not. */
function toLoggable(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (value instanceof ServingError) {
    return {
      code: value.code,
      message: redact(value.message),
      ...(value.cause === undefined ? {} : { cause: toCause(value.cause) }),
    };
  }
  if (value instanceof Error)
    return { message: redact(value.message), stack: redact(value.stack ?? '') };
  return typeof value === 'bigint' ? String(value) : value;
}

const toCause = (cause: unknown): string =>
  redact(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
