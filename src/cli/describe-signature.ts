import type { ParamSpec, Schema, Signature } from '../model/signature.ts';

/** The signature in words: `alcohol: double`, `input: float32[?, 4]`, `t: double = 0.5`. */
export function describeSignature(
  signature: Signature | undefined,
): Readonly<Record<string, readonly string[] | undefined>> {
  return {
    inputs: signature?.inputs && inputsOf(signature.inputs),
    params: signature?.params?.map(paramText),
  };
}

function inputsOf(schema: Schema): string[] {
  if (schema.kind === 'tensors') {
    return schema.inputs.map(
      ({ name, dtype, shape }) =>
        `${name ?? '(unnamed)'}: ${dtype}[${shape.map((size) => (size < 0 ? '?' : size)).join(', ')}]`,
    );
  }
  return schema.inputs.map(
    ({ name, type, required }) => `${name ?? '(unnamed)'}${required ? '' : '?'}: ${type}`,
  );
}

const paramText = ({ name, type, shape }: ParamSpec): string =>
  `${name}: ${type}${shape === null ? '' : '[]'}`;
