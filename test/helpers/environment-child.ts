import { ensurePythonEnvironment } from '../../src/python-env/ensure-python-environment.ts';
import { pyfuncModelOf } from './pyfunc-model.ts';

// A process that makes the environment of the folder that it is given, and says what it does.
const [directory = '', root = ''] = process.argv.slice(2);
const { python, wasCached } = await ensurePythonEnvironment({
  directory,
  mlmodel: pyfuncModelOf({}),
  root,
  onProgress: ({ phase }) => console.log(phase),
});
console.log(JSON.stringify({ python, wasCached }));
