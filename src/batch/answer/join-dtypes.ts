import type { Signature } from '../../model/signature.ts';
import type { ColumnDtypes } from './rows-item.ts';

/** The dtypes of columns in the blocks of both. */
export const joinDtypes = (these: ColumnDtypes, those: ColumnDtypes): ColumnDtypes =>
  these.map((dtypes, at) => [...new Set([...dtypes, ...(those[at] ?? [])])]);

/**
 * Whether columns of these dtypes can be taken row by row.
 *
 * Numbers can: their dtype decides. Objects only where the signature says that they are text, or does not take them: of
 * others, MLflow finds out what they are from all cells together.
 *
 * @see mlflow/models/utils.py, `_enforce_mlflow_datatype`: `infer_objects`, `to_datetime`
 */
export function areTakenByRow(
  names: readonly string[],
  dtypes: ColumnDtypes,
  signature: Signature | undefined,
): boolean {
  const schema = signature?.isFromTypeHint ? undefined : signature?.inputs;
  const specs = schema?.kind === 'columns' ? schema.inputs : [];
  const isNamed = specs[0]?.name !== undefined;
  return dtypes.every((found, at) => {
    const isObject = found.includes('object') || (found.includes('bool') && found.length > 1);
    if (!isObject) return true;
    const spec = specs.find(({ name }) => name === names[at]);
    return isNamed && (spec === undefined || spec.type === 'string');
  });
}
