import { ensurePythonEnvironment } from '../../src/python-env/ensure-python-environment.ts';
import { mlmodelOf } from './bare-mlmodel.ts';

// A process that makes the environment of the folder that it is given, and says what it does.
const [directory = '', root = ''] = process.argv.slice(2);
const { python, wasCached } = await ensurePythonEnvironment({
  directory,
  mlmodel: mlmodelOf({}),
  root,
  onProgress: ({ phase }) => console.log(phase),
});
console.log(JSON.stringify({ python, wasCached }));
