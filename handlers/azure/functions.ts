import { VARIABLES } from '../../src/config/variables.ts';
import { registerBatchFunctions } from './batch.ts';
import { registerEventFunctions } from './events.ts';
import { registerHttpFunctions } from './http.ts';

/** The entry that the worker loads: everything is registered while it does. */
registerHttpFunctions(process.env);
if (process.env[VARIABLES.batchOutput.name]) registerBatchFunctions(process.env);
if (process.env[VARIABLES.publishTo.name]) registerEventFunctions(process.env);
