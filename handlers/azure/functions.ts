import { VARIABLES } from '../../src/config/variables.ts';
import { registerBatchFunctions } from './batch.ts';
import { registerEventFunctions } from './events.ts';
import { registerHttpFunctions } from './http.ts';

/** There is no Python beside the worker's Node: a model that needs it is answered 501, with the reason. */
const variables = { [VARIABLES.runtime.name]: 'node', ...process.env };

/** The entry that the worker loads: everything is registered while it does. */
registerHttpFunctions(variables);
if (process.env[VARIABLES.batchOutput.name]) registerBatchFunctions(variables);
if (process.env[VARIABLES.publishTo.name]) registerEventFunctions(variables);
