import { VARIABLES } from '../../src/config/variables.ts';
import { registerHttpFunctions } from './http.ts';

/** There is no Python beside the worker's Node: a model that needs it is answered 501, with the reason. */
const variables = { [VARIABLES.runtime.name]: 'node', ...process.env };

/** The entry that the worker loads: everything is registered while it does. */
registerHttpFunctions(variables);
// `require`, in the bundle: what is not asked for is not even loaded, and `import()` would come too late to register anything.
if (process.env[VARIABLES.batchOutput.name]) {
  const { registerBatchFunctions } = require('./batch.ts') as typeof import('./batch.ts');
  registerBatchFunctions(variables);
}
if (process.env[VARIABLES.publishTo.name]) {
  const { registerEventFunctions } = require('./events.ts') as typeof import('./events.ts');
  registerEventFunctions(variables);
}
