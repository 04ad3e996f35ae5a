import type { ServedConfiguration } from '../config/environment.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { findRuntime } from '../predictor/find-runtime.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import { registryOf } from '../trust/registry-of.ts';
import { createTrustList } from '../trust/trust-list.ts';

/** What would answer for a model, in words: `onnx`, `python`, `python, not trusted: …`, `none: …`. */
export function describeRuntime(
  { runtime, python, modelUri, environment }: ServedConfiguration,
  { source }: ModelVersion,
  mlmodel: MlModel,
): string {
  const found = findRuntime(mlmodel, runtime);
  if (found === undefined) return `none: it is not ONNX, and runtime is ${runtime}`;
  if (found !== 'python') return 'onnx';
  const registry = registryOf(modelUri, environment);
  const places = registry === undefined ? [source] : [source, registry];
  const isTrusted = createTrustList(python.trust).trusts(places);
  return isTrusted ? 'python' : 'python, once its registry or its place is trusted (--trust)';
}
