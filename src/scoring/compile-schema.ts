import type { Dtype } from '../model/dtype.ts';
import { PANDAS_DTYPE } from '../model/pandas-dtype.ts';
import type { ColSpec, ScalarType, Schema } from '../model/signature.ts';

/** What the fast paths want to know of a schema, worked out once. */
export interface SchemaPlan {
  readonly kind: Schema['kind'];
  readonly isNamed: boolean;
  /** Whether all names are there, not empty, and different from each other. */
  readonly isSimple: boolean;
  readonly names: readonly (string | undefined)[];
  /** pandas' dtype of each column, or the tensor's; nothing for nested types. */
  readonly dtypes: readonly Dtype[];
  readonly positionByName: ReadonlyMap<string, number>;
  /** The first column of a type that cannot be fed to ONNX. */
  readonly nestedColumn: ColSpec | undefined;
}

const plans = new WeakMap<Schema, SchemaPlan>();

/** The plan of a schema; the same object as long as the schema lives. */
export function compileSchema(schema: Schema): SchemaPlan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = planOf(schema);
    plans.set(schema, plan);
  }
  return plan;
}

function planOf(schema: Schema): SchemaPlan {
  const names = schema.inputs.map((input) => input.name);
  const positionByName = new Map(
    names.flatMap((name, position) => (name ? [[name, position] as const] : [])),
  );
  const dtypes =
    schema.kind === 'columns'
      ? schema.inputs.map((input) => PANDAS_DTYPE[input.type as ScalarType])
      : schema.inputs.map((input) => input.dtype as Dtype);
  return {
    kind: schema.kind,
    isNamed: names[0] !== undefined,
    isSimple: positionByName.size === names.length,
    names,
    dtypes,
    positionByName,
    nestedColumn:
      schema.kind === 'columns'
        ? schema.inputs.find((input) => !(input.type in PANDAS_DTYPE))
        : undefined,
  };
}
