import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import { parseMlModel } from '../model/parse-mlmodel.ts';
import { ensurePythonEnvironment } from '../python-env/ensure-python-environment.ts';
import type { PythonEnvironment } from '../python-env/python-environment.ts';
import { type AskableModel, asker } from './ask-original.ts';
import { addModel, assembleDirectory } from './assemble-directory.ts';
import type { NamedFolder } from './clean-log.ts';
import type { ConvertOptions, ConvertResult } from './convert-options.ts';
import { readConverters } from './converters.ts';
import { convertibleFlavor } from './convertible-flavor.ts';
import { inputKnowledge } from './input-knowledge.ts';
import { packageVersions } from './package-versions.ts';
import type { ProofVerdict } from './proof.ts';
import type { ProofReport } from './proof-report.ts';
import { proveConversion } from './prove-conversion.ts';
import { type KnownRows, readKnownRows } from './read-known-rows.ts';
import { readProbes } from './read-probes.ts';
import { type ConverterEnd, runConverter } from './run-converter.ts';

const CONVERTER_TIMEOUT_MS = 3_600_000;
const RANK: readonly ProofVerdict[] = ['equal', 'drift', 'different'];

/**
 * Convert a model directory to ONNX and prove that it answers like the original.
 *
 * With double inputs first, then with float32: the first that proves itself is taken; else the better one, if drift
 * is allowed and it is no worse than drift.
 *
 * @throws {ServingError} NOT_IMPLEMENTED when there is no way to convert it, INVALID_PARAMETER_VALUE when nothing says
 *   what it takes or its original cannot be compared with, RESOURCE_ALREADY_EXISTS when it is ONNX; as
 *   `ensurePythonEnvironment`, `runConverter` and the models that are opened; the signal's reason
 */
export async function convertDirectory(options: ConvertOptions): Promise<ConvertResult> {
  const { directory, mlmodel, parts, isDriftAllowed = false, onProgress = () => {} } = options;
  const converters = await readConverters();
  const flavor = convertibleFlavor(mlmodel, Object.keys(converters));
  const known = await readKnownRows(options, parts.decompress);
  const requirements = converters[flavor] ?? [];
  const own = await environmentFor(options, 'the model', []);
  const extended = await environmentFor(options, 'the converter', requirements);
  const versions = await versionsOf(extended, requirements, options);
  onProgress({ phase: 'open', text: 'loading the original in its own environment' });
  const original = await parts.openOriginal(own.python);
  try {
    const attempts: Attempt[] = [];
    const reasons: string[] = [];
    for (const numbers of ['double', 'float32'] as const) {
      const tried = await attempt({
        options,
        flavor,
        known,
        original,
        numbers,
        extended,
        versions,
      });
      if ('reason' in tried) reasons.push(tried.reason);
      else attempts.push(tried);
      if (attempts.at(-1)?.report.proof.verdict === 'equal') break;
    }
    const best = attempts.toSorted((a, b) => rankOf(a) - rankOf(b))[0];
    if (best === undefined) throw cannotConvert(flavor, reasons);
    const { verdict } = best.report.proof;
    const isAccepted = verdict === 'equal' || (verdict === 'drift' && isDriftAllowed);
    if (!isAccepted) return { outcome: 'refused', report: best.report };
    onProgress({ phase: 'write', text: 'writing the converted model' });
    await assembleDirectory(options.target, { original: directory, ...best });
    return { outcome: 'converted', report: best.report };
  } finally {
    await original.release();
  }
}

const rankOf = ({ report: { proof } }: Attempt): number => RANK.indexOf(proof.verdict);

interface Attempt {
  readonly onnx: string;
  readonly onnxVersion: string;
  readonly report: ProofReport;
  readonly log: string;
}

interface Attempting {
  readonly options: ConvertOptions;
  readonly flavor: string;
  readonly known: KnownRows;
  readonly original: AskableModel;
  readonly numbers: 'double' | 'float32';
  readonly extended: PythonEnvironment;
  readonly versions: Readonly<Record<string, string>>;
}

async function attempt(attempting: Attempting): Promise<Attempt | { readonly reason: string }> {
  const { options, numbers, versions, known, original } = attempting;
  const { onProgress = () => {}, signal, parts } = options;
  const onnx = join(options.work, numbers);
  onProgress({ phase: 'convert', text: `converting with ${numbers} inputs` });
  const end = await convert(attempting, onnx);
  if (end.kind === 'refused') return end;
  const onnxVersion = versions['onnx'] ?? '';
  const candidate = join(options.work, `model-${numbers}`);
  await addModel(candidate, { original: options.directory, onnx, onnxVersion });
  const mlmodel = await parseMlModel(await readFile(join(candidate, 'MLmodel'), 'utf8'));
  const converted = await parts.openConverted(candidate, mlmodel);
  try {
    const { conversion, log } = end;
    onProgress({ phase: 'prove', text: 'asking both models the same' });
    const proof = await proveConversion({
      original: asker(original),
      converted: asker(converted),
      ...known,
      knowledge: inputKnowledge(known.schema, known.seen, conversion, await readProbes(onnx)),
      isFloat32: conversion.is_float32,
      seed: Number.parseInt(options.originalSha256.slice(0, 8), 16),
      ...(signal && { signal }),
      onProgress: sometimes((asked, total) =>
        onProgress({ phase: 'prove', text: `asked both models ${asked} of ${total} times` }),
      ),
    });
    return { onnx, onnxVersion, log, report: reportOf(attempting, conversion.converter, proof) };
  } finally {
    await converted.release();
  }
}

function convert(
  { options, numbers, extended }: Attempting,
  output: string,
): Promise<ConverterEnd> {
  const { directory, memoryBytes, passedVariables = [], signal, onProgress = () => {} } = options;
  const folders: NamedFolder[] = [
    [join(extended.python, '..', '..'), '<environment>'],
    [options.work, '<work>'],
  ];
  return runConverter({
    ...{
      python: extended.python,
      model: directory,
      output,
      numbers,
      folders,
      signal,
      passedVariables,
    },
    timeoutMs: options.timeoutMs ?? CONVERTER_TIMEOUT_MS,
    ...(memoryBytes !== undefined && { memoryBytes }),
    onLine: (text) => onProgress({ phase: 'convert', text, isDetail: true }),
  });
}

const reportOf = (
  { options, flavor, known, numbers, versions }: Attempting,
  converter: string,
  proof: ProofReport['proof'],
): ProofReport => ({
  format: 1,
  model: options.name,
  original_sha256: options.originalSha256,
  ...{ flavor, converter, numbers, versions },
  is_drift_allowed: proof.verdict === 'drift' && options.isDriftAllowed === true,
  checks: known.checks.map(({ sha256 }) => sha256),
  proof,
});

async function environmentFor(
  { directory, mlmodel, manager, signal, onProgress = () => {} }: ConvertOptions,
  whose: string,
  extra: readonly string[],
): Promise<PythonEnvironment> {
  const say = (text: string): void => onProgress({ phase: 'environment', text });
  say(`the Python environment of ${whose}`);
  const environment = await ensurePythonEnvironment({
    ...{ directory, mlmodel, extra },
    ...(manager && { manager }),
    ...(signal && { signal }),
    onProgress: (progress) => onProgress({ ...progress, phase: 'environment' }),
  });
  if (environment.wasCached) say(`made before: ${environment.hash}`);
  return environment;
}

async function versionsOf(
  { python }: PythonEnvironment,
  requirements: readonly string[],
  { signal, parts }: ConvertOptions,
): Promise<Record<string, string>> {
  const names = requirements.flatMap((line) => /^[\w.-]+/.exec(line)?.[0] ?? []);
  const asked = [...new Set(['mlflow', 'numpy', 'pandas', ...LIBRARIES, 'onnx', ...names])];
  const found = await packageVersions(python, asked, signal);
  return { ...found, 'onnxruntime-node': parts.onnxRuntimeVersion };
}

/** What models are made with. */
const LIBRARIES = [
  'scikit-learn',
  'xgboost',
  'lightgbm',
  'catboost',
  'torch',
  'tensorflow',
  'keras',
];

/** Progress is for people: a few times in a proof will do. */
function sometimes(tell: (asked: number, total: number) => void) {
  let toldAtMs = performance.now();
  return (asked: number, total: number): void => {
    if (asked < total && performance.now() - toldAtMs < TELL_EVERY_MS) return;
    toldAtMs = performance.now();
    tell(asked, total);
  };
}

const TELL_EVERY_MS = 2_000;

const cannotConvert = (flavor: string, reasons: readonly string[]): ServingError =>
  new ServingError(
    'NOT_IMPLEMENTED',
    `this ${flavor} model cannot be converted to ONNX: ${[...new Set(reasons)].join('; ')}; serve it with runtime: python`,
  );
