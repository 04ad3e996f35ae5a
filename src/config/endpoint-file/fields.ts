import { z } from 'zod';
import { describeUnknownKey } from './unknown-key.ts';

/**
 * What the fields of an endpoint file are made of. Each says in its own error what it expects, so that a
 * fault reads well whatever was written instead.
 */

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** A mapping that knows all its keys; of several unknown ones, the message has one line for each. */
export const section = <T extends Shape>(shape: T) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => describeUnknownKey(key, Object.keys(shape))).join('\n')
        : `expected a mapping with ${Object.keys(shape).join(', ')}`,
  });

export function wholeNumber(least: number, most?: number) {
  const error =
    most === undefined
      ? `expected a whole number from ${least} up`
      : `expected a whole number from ${least} to ${most}`;
  const value = z.int({ error }).min(least, { error });
  return most === undefined ? value : value.max(most, { error });
}

/** Above 0. */
export function positive(most?: number) {
  const error =
    most === undefined
      ? 'expected a number above 0'
      : `expected a number above 0 and up to ${most}`;
  const value = z.number({ error }).positive({ error });
  return most === undefined ? value : value.max(most, { error });
}

export const between = (least: number, most: number) => {
  const error = `expected a number from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
};

export const flag = () => z.boolean({ error: 'expected true or false' });

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `expected ${alternatives(values)}` });

/** @param expected reads after "expected" */
export function text(expected: string, pattern = /\S/) {
  const error = `expected ${expected}`;
  return z.string({ error }).regex(pattern, { error });
}

/** @param expected one item, in the plural */
export function list<T extends z.core.$ZodType>(item: T, expected: string, most?: number) {
  const error =
    most === undefined
      ? `expected a list of ${expected}, at least one`
      : `expected a list of ${expected}, 1 to ${most} of them`;
  const value = z.array(item, { error }).min(1, { error });
  return most === undefined ? value : value.max(most, { error });
}

/** @param service a part of a regular expression */
export const arn = (service: string, example: string) =>
  text(`an ARN such as ${example}`, new RegExp(`^arn:aws[a-z-]*:${service}$`));

/** @param schemes for example `['https']` */
export function webAddress(schemes: readonly string[], expected: string) {
  const error = `expected ${expected}`;
  return z.url({ protocol: new RegExp(`^(${schemes.join('|')})$`), error });
}

export const alternatives = (values: readonly (string | number)[]): string =>
  values.length < 2
    ? values.join('')
    : `${values.slice(0, -1).join(', ')} or ${values[values.length - 1]}`;
