import type { JsonValue } from '../../src/model/json-value.ts';
import { isPackedNumbers, isPackedRecords } from '../../src/model/json-value.ts';
import { parseJson } from '../../src/scoring/json/parse-json.ts';

export interface HttpAnswer {
  status: number;
  contentType: string;
  body: string;
}

export interface Comparison {
  /** A sentence when the answers are not the same. */
  difference: string | undefined;
  /** Largest relative distance between two floats; 0 when every bit is equal. */
  drift: number;
}

export interface ComparisonOptions {
  /** Largest relative distance of two floats. @default 1e-6 */
  tolerance?: number;
  /** @default false - true measures the distance against the largest float of the answer, where that is larger */
  isToScale?: boolean;
}

/** Same status, same content type, same codes or same JSON value; `1` and `1.0` are different. */
export function compareAnswers(
  mlflow: HttpAnswer,
  ours: HttpAnswer,
  { tolerance = 1e-6, isToScale = false }: ComparisonOptions = {},
): Comparison {
  const different = (difference: string): Comparison => ({ difference, drift: 0 });
  if (mlflow.status !== ours.status) {
    return different(
      `status ${ours.status} (${brief(ours)}), MLflow ${mlflow.status} (${brief(mlflow)})`,
    );
  }
  if (mlflow.contentType !== ours.contentType) {
    return different(`content type ${ours.contentType}, MLflow ${mlflow.contentType}`);
  }
  if (!mlflow.contentType.startsWith('application/json'))
    return { difference: undefined, drift: 0 };
  if (mlflow.status !== 200) return different2(compareCodes(mlflow.body, ours.body));
  const theirs = parse(mlflow.body);
  const drift = { value: 0, scale: isToScale ? largestFloat(theirs) : 0 };
  const path = differentAt(theirs, parse(ours.body), '$', drift);
  return {
    difference:
      path ?? (drift.value > tolerance ? `floats differ by ${drift.value} relative` : undefined),
    drift: drift.value,
  };
}

const different2 = (difference: string | undefined): Comparison => ({ difference, drift: 0 });

const brief = ({ body }: HttpAnswer): string => body.slice(0, 300);

const parse = (body: string): JsonValue => parseJson(Buffer.from(body), { maxDepth: 100 });

function compareCodes(mlflow: string, ours: string): string | undefined {
  const [theirs, own] = [JSON.parse(mlflow), JSON.parse(ours)];
  const key = ['error_code', 'error_class', 'sqlstate'].find((name) => theirs[name] !== own[name]);
  if (key === undefined) return undefined;
  return `${key} ${own[key]} (${own.message}), MLflow ${theirs[key]} (${String(theirs.message).slice(0, 300)})`;
}

function differentAt(a: JsonValue, b: JsonValue, path: string, drift: Drift): string | undefined {
  const [left, right] = [unpacked(a), unpacked(b)];
  if (typeof left === 'number' && typeof right === 'number') {
    drift.value = Math.max(drift.value, distance(left, right, drift.scale));
    return undefined;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length)
      return `${path} has ${right.length} items, MLflow ${left.length}`;
    for (const [i, item] of left.entries()) {
      const found = differentAt(item, right[i] as JsonValue, `${path}[${i}]`, drift);
      if (found) return found;
    }
    return undefined;
  }
  if (left instanceof Map && right instanceof Map) {
    const keys = [...left.keys()];
    if (keys.join('\n') !== [...right.keys()].join('\n'))
      return `${path} has keys ${[...right.keys()]}, MLflow ${keys}`;
    for (const key of keys) {
      const found = differentAt(
        left.get(key) as JsonValue,
        right.get(key) as JsonValue,
        `${path}.${key}`,
        drift,
      );
      if (found) return found;
    }
    return undefined;
  }
  return left === right
    ? undefined
    : `${path} is ${typeof right} ${String(right)}, MLflow ${typeof left} ${String(left)}`;
}

const unpacked = (value: JsonValue): JsonValue =>
  isPackedNumbers(value) || isPackedRecords(value) ? value.unpack() : value;

interface Drift {
  value: number;
  readonly scale: number;
}

function distance(a: number, b: number, scale: number): number {
  if (Object.is(a, b)) return 0;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.POSITIVE_INFINITY;
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), scale);
}

function largestFloat(value: JsonValue): number {
  const plain = unpacked(value);
  if (typeof plain === 'number') return Number.isFinite(plain) ? Math.abs(plain) : 0;
  const items = plain instanceof Map ? [...plain.values()] : Array.isArray(plain) ? plain : [];
  return items.reduce<number>((largest, item) => Math.max(largest, largestFloat(item)), 0);
}
