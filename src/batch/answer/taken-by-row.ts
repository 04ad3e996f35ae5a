import type { Signature } from '../../model/signature.ts';
import { arrowTypeOf } from '../../scoring/parquet/arrow-type.ts';
import type { FileMetadata } from '../../scoring/parquet/file-metadata.ts';
import type { ColumnPlace } from '../../scoring/parquet/read-column.ts';
import { describeColumns } from '../../scoring/parquet/read-frame.ts';

/**
 * Whether the columns of a Parquet file have the dtypes in each of its rows that they have in the file, and MLflow takes them row by row.
 *
 * Floats have; integers and bools where the metadata say that none is missing, which would make something else of the whole column; text
 * that the signature names as text, or does not take. Of others MLflow finds out from all cells together what they are.
 *
 * @throws {ServingError} BAD_REQUEST when the metadata contradict themselves
 * @see mlflow/models/utils.py, `_enforce_mlflow_datatype`: `infer_objects`, `to_datetime`
 */
export function isTakenByRow(metadata: FileMetadata, signature: Signature | undefined): boolean {
  const schema = signature?.inputs;
  if (signature?.isFromTypeHint === true || schema?.kind === 'tensors') return false;
  const specs = schema?.inputs ?? [];
  const isNamed = specs[0]?.name !== undefined;
  const { pandas, places } = describeColumns(metadata);
  return [...places].every(([name, place]) => {
    if (pandas.indexLevels.includes(name)) return true;
    switch (arrowTypeOf(place.node.element, place.field).kind) {
      case 'float32':
      case 'float64':
        return true;
      case 'integer':
      case 'bool':
        return hasNoNulls(place, metadata);
      case 'text': {
        const spec = specs.find((each) => each.name === pandas.labelOf(name));
        return isNamed && (spec === undefined || spec.type === 'string');
      }
      default:
        return false;
    }
  });
}

/** Statistics that are left out say nothing. */
const hasNoNulls = ({ node }: ColumnPlace, { rowGroups }: FileMetadata): boolean =>
  node.maxDefinition === 0 ||
  rowGroups.every(
    ({ rowCount, chunks }) => rowCount === 0 || chunks[node.leafIndex]?.nullCount === 0,
  );
