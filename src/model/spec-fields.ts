import { ServingError } from '../errors.ts';

/** One decoded entry of a signature list. */
export type RawSpec = Readonly<Record<string, unknown>>;

/** An MLmodel whose signature MLflow would refuse to load. */
export const invalidSignature = (problem: string, options?: ErrorOptions): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `invalid model signature: ${problem}; log the model again with a valid signature`,
    options,
  );

/** @throws {ServingError} INVALID_PARAMETER_VALUE when an entry is not an object */
export function asSpec(value: unknown, where: string): RawSpec {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as RawSpec;
  }
  throw invalidSignature(`${where} is not an object`);
}

/** Sizes of a shape as numbers, whether they were decoded as int or as float. */
export function shapeFrom(value: unknown, where: string): number[] {
  if (!Array.isArray(value)) throw invalidSignature(`${where} has no shape`);
  return value.map((size) => {
    const number = typeof size === 'bigint' ? Number(size) : size;
    if (Number.isInteger(number)) return number as number;
    throw invalidSignature(`${where} has a shape that is not a list of integers`);
  });
}
