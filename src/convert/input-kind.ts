import { ServingError } from '../errors.ts';
import type { ColSpec, Schema, TensorSpec } from '../model/signature.ts';
import type { NumberKind } from './numeric-cells.ts';

/** What the cells of an input are made of. */
export type InputKind =
  | ({ readonly kind: 'number' } & NumberKind)
  | { readonly kind: 'text' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'datetime' }
  | { readonly kind: 'binary' };

const float = (bits: 16 | 32 | 64): InputKind => ({ kind: 'number', isFloat: true, bits });
const integer = (bits: number, isSigned: boolean): InputKind => ({
  kind: 'number',
  isFloat: false,
  least: isSigned ? -(2n ** BigInt(bits - 1)) : 0n,
  most: 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n,
});

const COLUMN_KINDS: Readonly<Record<string, InputKind>> = {
  double: float(64),
  float: float(32),
  long: integer(64, true),
  integer: integer(32, true),
  boolean: { kind: 'boolean' },
  string: { kind: 'text' },
  datetime: { kind: 'datetime' },
  binary: { kind: 'binary' },
};

/**
 * What to put into each input of a schema.
 *
 * @throws {ServingError} NOT_IMPLEMENTED for nested columns and dtypes that no ONNX model takes
 */
export const inputKinds = (schema: Schema): InputKind[] =>
  schema.kind === 'columns' ? schema.inputs.map(columnKind) : schema.inputs.map(tensorKind);

const columnKind = ({ type, name }: ColSpec): InputKind =>
  COLUMN_KINDS[type] ?? refuse(`column ${JSON.stringify(name ?? '')}`, type);

function tensorKind({ dtype, name }: TensorSpec): InputKind {
  if (dtype === 'bool') return { kind: 'boolean' };
  if (dtype === 'str' || dtype === 'object') return { kind: 'text' };
  if (dtype.startsWith('datetime64')) return { kind: 'datetime' };
  const [, letter, bits = ''] = /^(float|int|uint)(8|16|32|64)$/.exec(dtype) ?? [];
  if (letter === 'float' && bits !== '8') return float(Number(bits) as 16 | 32 | 64);
  if (letter === 'int' || letter === 'uint') return integer(Number(bits), letter === 'int');
  return refuse(`tensor ${JSON.stringify(name ?? '')}`, dtype);
}

function refuse(what: string, type: string): never {
  throw new ServingError(
    'NOT_IMPLEMENTED',
    `the model's signature has ${what.slice(0, 80)} of type ${type.slice(0, 40)}, which an ONNX model cannot take: serve it with runtime: python`,
  );
}
