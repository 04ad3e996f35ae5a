import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ServingError } from '../errors.ts';
import { objectCells } from '../model/cells.ts';
import { NAT } from '../model/datetime.ts';
import type { Frame } from '../model/frame.ts';
import { isoText } from '../model/iso-text.ts';
import type { PyValue } from '../model/py-value.ts';
import type { Schema } from '../model/signature.ts';
import { parseCsv } from '../scoring/csv/parse-csv.ts';
import type { Decompress } from '../scoring/parquet/decompress-page.ts';
import { parseParquet } from '../scoring/parquet/parse-parquet.ts';
import type { Cell } from './cell.ts';
import { checkDigest } from './missing-proof.ts';
import { inputNames, isBatched, type ProofRow } from './proof-row.ts';

/** The user's own rows, from a file. */
export interface CheckRows {
  /** Of the file, without its folder. */
  readonly name: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
  readonly rows: readonly ProofRow[];
}

const MOST_ROWS = 100_000;

/**
 * Read rows to check a conversion with: CSV or Parquet, one column for each input; others are left out.
 *
 * @param decompress of Parquet's pages
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a file that cannot be read, or lacks a column
 */
export async function readCheckRows(
  path: string,
  schema: Schema,
  decompress: Decompress,
): Promise<CheckRows> {
  const name = basename(path);
  if (schema.kind === 'tensors' && (!isBatched(schema) || schema.inputs.some(isNoRow))) {
    throw invalid(name, 'holds rows of columns, and the model takes tensors of more dimensions');
  }
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw invalid(name, 'cannot be read', cause);
  });
  const frame = parse(name, bytes, schema, decompress);
  if (frame.rowCount === 0) throw invalid(name, 'has no rows');
  return { name, sha256: checkDigest(bytes), rows: rowsOfFrame(name, frame, schema) };
}

const isNoRow = ({ shape }: { readonly shape: readonly number[] }): boolean => shape.length > 2;

function parse(name: string, bytes: Uint8Array, schema: Schema, decompress: Decompress): Frame {
  const limits = { maxRows: MOST_ROWS };
  const isParquet = Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'PAR1';
  try {
    return isParquet
      ? parseParquet(bytes, { ...limits, decompress })
      : parseCsv(bytes, schema, limits);
  } catch (cause) {
    const why = cause instanceof ServingError ? `: ${cause.message}` : '';
    throw invalid(name, `cannot be read as ${isParquet ? 'Parquet' : 'CSV'}${why}`, cause);
  }
}

function rowsOfFrame(name: string, frame: Frame, schema: Schema): ProofRow[] {
  const cells = frame.columns.map(({ dtype, data }) => objectCells(dtype, data));
  if (schema.kind === 'tensors') return rowsOfTensors(name, cells, schema, frame.rowCount);
  const labels = frame.columns.map(({ label }) => String(label));
  const places = inputNames(schema).map((input, index) => {
    const place = schema.inputs[index]?.name === undefined ? index : labels.indexOf(input);
    if (place >= 0 && place < cells.length) return place;
    if (schema.kind === 'columns' && schema.inputs[index]?.required === false) return undefined;
    throw invalid(name, `has no column ${JSON.stringify(input.slice(0, 80))}`);
  });
  return Array.from({ length: frame.rowCount }, (_, row) =>
    places.map((place) => (place === undefined ? undefined : toCell(cells[place]?.[row]))),
  );
}

/** A table is the rows of one tensor of two dimensions. */
function rowsOfTensors(
  name: string,
  cells: readonly (readonly PyValue[])[],
  { inputs }: Schema,
  rowCount: number,
): ProofRow[] {
  if (inputs.length > 1) throw invalid(name, 'is one table, and the model takes several tensors');
  return Array.from({ length: rowCount }, (_, row) => {
    const values = cells.map((column) => toCell(column[row]));
    const shape = inputs[0] && 'shape' in inputs[0] ? inputs[0].shape : [];
    return [shape.length === 1 ? (values[0] ?? null) : values];
  });
}

/** As JSON carries it. */
function toCell(value: PyValue | undefined): Cell {
  if (value === undefined || value === null || typeof value !== 'object') return value ?? null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toCell);
  if (value instanceof Map || value.kind === 'ndarray') return null;
  return value.ns === NAT ? null : isoText(value);
}

const invalid = (name: string, problem: string, cause?: unknown): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the file of --check, ${JSON.stringify(name.slice(0, 80))}, ${problem}`,
    cause === undefined ? {} : { cause },
  );
