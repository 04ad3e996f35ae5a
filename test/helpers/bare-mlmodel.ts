import type { MlModel } from '../../src/model/mlmodel.ts';

/** An MLmodel that says nothing but this. */
export const mlmodelOf = (
  pyfunc: Readonly<Record<string, unknown>>,
  mlflowVersion: string | undefined = '3.17.2',
): MlModel => ({
  flavors: { python_function: pyfunc },
  signature: undefined,
  inputExample: undefined,
  metadata: {},
  modelUuid: undefined,
  modelId: undefined,
  runId: undefined,
  mlflowVersion,
});
