import type { Log } from './log.ts';
import type { EventModel, Telemetry, TelemetryEvent } from './telemetry.ts';

/** Turn events into log lines; what every request does is `debug`, what an operator acts on is above. */
export function createLogTelemetry(log: Log): Telemetry {
  const isVerbose = log.isEnabled('debug');
  return {
    emit(event) {
      if (event.type === 'predicted' || event.type === 'refused') {
        if (!isVerbose) return;
      }
      const { level, message, ...fields } = describe(event);
      log[level](message, fields);
    },
  };
}

interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [field: string]: unknown;
}

function describe(event: TelemetryEvent): Line {
  switch (event.type) {
    case 'model-resolved': {
      const { type, uri, model, ...rest } = event;
      return {
        level: 'info',
        message: `${uri} is ${label(model)}`,
        event: type,
        ...toFields(rest),
      };
    }
    case 'model-loaded': {
      const { type, model, ...rest } = event;
      const isFailed = event.example === 'failed';
      const message = isFailed
        ? `opened ${label(model)}, but it fails on its own input example`
        : `opened ${label(model)}`;
      return { level: isFailed ? 'warn' : 'info', message, event: type, ...toFields(rest) };
    }
    case 'model-load-failed': {
      const { type, model, ...rest } = event;
      return {
        level: 'error',
        message: `could not open ${label(model)}`,
        event: type,
        ...toFields(rest),
      };
    }
    case 'model-refreshed': {
      const { type, uri, from, to, ...rest } = event;
      const message = `${uri} moved from ${label(from)} to ${label(to)}`;
      return { level: 'info', message, event: type, ...toFields(rest) };
    }
    case 'refresh-failed': {
      const { type, uri, serving, ...rest } = event;
      const message = serving
        ? `could not refresh ${uri}; ${label(serving)} goes on`
        : `no model for ${uri}`;
      return { level: 'warn', message, event: type, ...toFields(rest) };
    }
    case 'model-evicted': {
      const { type, model, ...rest } = event;
      return {
        level: event.error === undefined ? 'info' : 'warn',
        message: `closed ${label(model)}`,
        event: type,
        ...toFields(rest),
      };
    }
    case 'predicted':
    case 'refused': {
      const { type, model, ...rest } = event;
      const message = model ? `${type} by ${label(model)}` : type;
      return { level: 'debug', message, event: type, ...toFields(rest) };
    }
  }
}

const label = ({ name, version }: EventModel): string => (version ? `${name} ${version}` : name);

/** Durations to a tenth of a millisecond: more digits only make lines longer. */
function toFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'number' && name.endsWith('Ms') ? Math.round(value * 10) / 10 : value,
    ]),
  );
}
