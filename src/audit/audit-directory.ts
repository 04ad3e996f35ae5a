import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { parseMlModel } from '../model/parse-mlmodel.ts';
import { findRuntime, type Runtime } from '../predictor/find-runtime.ts';
import { readMlModelText } from '../serving/model-files.ts';
import { checkEnvironment } from './checks/environment.ts';
import { checkFiles } from './checks/files.ts';
import { checkMlflow } from './checks/libraries.ts';
import { checkOnnx } from './checks/onnx.ts';
import { checkPickles } from './checks/pickles.ts';
import { checkRegistry } from './checks/registry.ts';
import { checkRuntime, convertibleAs } from './checks/runtime.ts';
import { checkSignature } from './checks/signature.ts';
import { AREAS, type Finding, finding, SEVERITIES } from './findings.ts';
import { listFiles } from './list-files.ts';
import type { AuditContext } from './subject.ts';

/** What was found in one model directory. */
export interface Audit {
  readonly modelUri: string;
  /** Registered version; empty for plain files. */
  readonly version: string;
  readonly flavors: readonly string[];
  readonly runtime: Runtime | undefined;
  /** The flavor that a converter to ONNX is there for. */
  readonly convertible: string | undefined;
  readonly files: number;
  readonly sizeBytes: number;
  /** By area, the worst of each first. */
  readonly findings: readonly Finding[];
}

/**
 * Look at a model directory without opening the model: what is wrong, what will be, what is worth knowing.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when there is no MLmodel
 */
export async function auditDirectory(directory: string, context: AuditContext): Promise<Audit> {
  const text = await readMlModelText(directory);
  const files = await listFiles(directory);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const counts = {
    modelUri: context.modelUri,
    version: context.version?.version ?? '',
    files: files.length,
    sizeBytes,
  };
  let mlmodel: MlModel;
  try {
    mlmodel = await parseMlModel(text);
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    const findings = [finding('mlmodel-invalid', 'MLmodel', error.message)];
    return { ...counts, flavors: [], runtime: undefined, convertible: undefined, findings };
  }
  const runtime = findRuntime(mlmodel);
  const subject = { directory, files, sizeBytes, mlmodel, runtime, context };
  const findings = [
    ...checkRuntime(subject),
    ...checkMlflow(subject),
    ...(await checkEnvironment(subject)),
    ...checkFiles(subject),
    ...checkPickles(subject),
    ...checkSignature(subject),
    ...(await checkOnnx(subject)),
    ...checkRegistry(subject),
  ];
  return {
    ...counts,
    flavors: Object.keys(mlmodel.flavors),
    runtime,
    convertible: convertibleAs(subject),
    findings: findings.sort(byAreaAndSeverity),
  };
}

const byAreaAndSeverity = (a: Finding, b: Finding): number =>
  AREAS.indexOf(a.area) - AREAS.indexOf(b.area) ||
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
