import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServingError } from '../../errors.ts';
import { commonDtype } from '../../model/common-dtype.ts';
import { findDtype } from '../../model/numpy-dtype.ts';
import { PANDAS_DTYPE } from '../../model/pandas-dtype.ts';
import { parseConversion } from '../../model/parse-conversion.ts';
import type { ScalarType, Schema } from '../../model/signature.ts';
import { describeGraph, type GraphDescription } from '../../predictor/onnx/describe-graph.ts';
import { readOpsets } from '../../predictor/onnx/read-opsets.ts';
import { SUPPORTED_OPSETS } from '../../predictor/onnx/supported-opsets.ts';
import { findOnnxFile } from '../../predictor/onnx-file-path.ts';
import { type Finding, finding, listed } from '../findings.ts';
import { type AuditSubject, hasFile } from '../subject.ts';

/** What ONNX Runtime will say of the file, and whether requests can reach its inputs. */
export async function checkOnnx(subject: AuditSubject): Promise<Finding[]> {
  const { mlmodel, directory } = subject;
  const found = nested(subject);
  let file: string | undefined;
  try {
    file = findOnnxFile(mlmodel);
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    // Of a text `path-outside` tells.
    if (typeof mlmodel.flavors['onnx']?.['data'] === 'string') return found;
    return [...found, finding('mlmodel-invalid', 'MLmodel: flavors.onnx.data', error.message)];
  }
  if (file === undefined) return found;
  if (!hasFile(subject, file)) {
    // What the MLmodel names, `file-missing` has told; this is where MLflow looks otherwise.
    if (mlmodel.flavors['onnx']?.['data'] !== undefined || subject.runtime !== 'onnx') return found;
    const fix = 'log the model again, or fetch all of its folder';
    return [
      ...found,
      finding('file-missing', 'MLmodel: flavors.onnx', `${file} is not there`, fix),
    ];
  }
  const path = join(directory, file);
  const graph = describeGraph(path);
  const opsets = readOpsets(path);
  if (graph === undefined || opsets === undefined) {
    const what = 'is no ONNX file, or is cut short';
    return [...found, finding('onnx-unreadable', file, what, 'fetch or log the model again')];
  }
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
  found.push(...opsetFindings(opsets, file), ...external(subject, graph, folder, file));
  if (mlmodel.flavors['onnx']?.['conversion'] !== undefined) {
    return [...found, ...(await conversion(subject))];
  }
  const inputs = mlmodel.signature?.inputs;
  if (inputs === undefined || subject.runtime !== 'onnx') return found;
  return [...found, ...dtypes(inputs, graph)];
}

function nested({ mlmodel, runtime }: AuditSubject): Finding[] {
  const inputs = mlmodel.signature?.inputs;
  if (runtime !== 'onnx' || inputs?.kind !== 'columns') return [];
  const odd = inputs.inputs.filter(({ type }) => !(type in PANDAS_DTYPE));
  if (odd.length === 0) return [];
  const names = listed(odd.map(({ name, type }) => `${name ?? 'a column'} (${type})`));
  return [
    finding(
      'nested-type',
      'MLmodel: signature.inputs',
      `${names} cannot be fed to ONNX`,
      'serve it with runtime: python, or log it with plain columns or tensors',
    ),
  ];
}

function opsetFindings(opsets: Readonly<Record<string, number>>, file: string): Finding[] {
  return Object.entries(opsets).flatMap(([domain, version]) => {
    const newest = SUPPORTED_OPSETS[domain];
    if (newest === undefined || version <= newest) return [];
    const what = `needs opset ${version} of ${domain}; the bundled ONNX Runtime knows up to ${newest}`;
    const fix = `convert the model with target_opset ${newest} or lower`;
    return [finding('opset-too-new', file, what, fix)];
  });
}

function external(
  subject: AuditSubject,
  { externalFiles }: GraphDescription,
  folder: string,
  file: string,
): Finding[] {
  const fix = 'log the model again with mlflow.onnx.log_model, or copy its whole folder';
  const isOutside = (name: string) =>
    /^(?:[\\/]|[A-Za-z]:)/.test(name) || name.split(/[\\/]/).includes('..');
  const outside = externalFiles.filter(isOutside);
  const gone = externalFiles.filter(
    (name) => !isOutside(name) && !hasFile(subject, folder + name.replace(/^\.\//, '')),
  );
  return [
    ...(outside.length > 0
      ? [finding('path-outside', file, 'refers to weights outside the model directory', fix)]
      : []),
    ...(gone.length > 0
      ? [finding('external-data-missing', file, `its weights in ${listed(gone)} are missing`, fix)]
      : []),
  ];
}

async function conversion({ directory, mlmodel }: AuditSubject): Promise<Finding[]> {
  const file = mlmodel.flavors['onnx']?.['conversion'];
  if (typeof file !== 'string') {
    return [finding('conversion-invalid', 'MLmodel: flavors.onnx.conversion', 'is no file name')];
  }
  try {
    const { is_float32: isFloat32 } = parseConversion(
      await readFile(join(directory, file), 'utf8'),
    );
    if (!isFloat32) return [];
    const what = 'the original computes in float32; its answers agree to 1e-4';
    return [finding('double-rounded', `${file}: is_float32`, what)];
  } catch (error) {
    if (!(error instanceof ServingError)) return []; // `file-missing` says so
    return [finding('conversion-invalid', file, error.message, 'convert the model again')];
  }
}

/** MLflow casts float64 to float32 for ONNX, and nothing else. */
function dtypes(schema: Schema, { inputs }: GraphDescription): Finding[] {
  const [only] = inputs;
  const names = new Set(schema.inputs.map(({ name }) => name));
  const where = 'MLmodel: signature.inputs';
  if (inputs.length > 1) {
    const unknown = inputs.filter(({ name }) => !names.has(name)).map(({ name }) => name);
    if (unknown.length > 0) {
      const what = `the graph's inputs ${listed(unknown)} have no column or tensor of that name: every request is refused`;
      return [finding('input-unknown', where, what, 'name them alike, and log the model again')];
    }
  }
  const found: Finding[] = [];
  const compare = (given: string, wanted: string | undefined, what: string): void => {
    if (wanted === undefined || wanted === 'string' || given === wanted) return;
    if (given === 'float64' && wanted === 'float32') {
      const text = `${what} is double, the graph takes float: numbers are rounded to seven digits, beyond 3.4e38 they are infinite`;
      found.push(finding('double-rounded', where, text));
      return;
    }
    const text = `${what} is ${given}, the graph takes ${wanted}: every request is refused`;
    const fix = `declare ${wanted} in the signature, or convert the model for ${given}`;
    found.push(finding('dtype-refused', where, text, fix));
  };
  if (schema.kind === 'columns') {
    const dtypeOf = (type: string) => PANDAS_DTYPE[type as ScalarType];
    if (schema.inputs.some(({ type }) => dtypeOf(type) === undefined)) return found;
    if (inputs.length === 1) {
      compare(
        commonDtype(schema.inputs.map(({ type }) => dtypeOf(type))),
        only?.type,
        schema.inputs.length === 1 ? 'the column' : 'what the columns have in common',
      );
    } else {
      for (const { name, type } of inputs) {
        const column = schema.inputs.find((spec) => spec.name === name);
        if (column) compare(dtypeOf(column.type), type, `column ${name}`);
      }
    }
    return found;
  }
  for (const spec of schema.inputs) {
    const graph = inputs.length === 1 ? only : inputs.find(({ name }) => name === spec.name);
    compare(findDtype(spec.dtype) ?? spec.dtype, graph?.type, `tensor ${spec.name ?? ''}`.trim());
  }
  return found;
}
