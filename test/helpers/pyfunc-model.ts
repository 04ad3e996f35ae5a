import type { MlModel } from '../../src/model/mlmodel.ts';
import { mlmodelOf } from './model-directory.ts';

/** An MLmodel with the flavor python_function alone. */
export const pyfuncModelOf = (
  pyfunc: Readonly<Record<string, unknown>>,
  mlflowVersion: string | undefined = '3.17.2',
): MlModel => ({ ...mlmodelOf({ python_function: pyfunc }), mlflowVersion });
