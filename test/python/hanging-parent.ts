import { openPythonPredictor } from '../../src/predictor/python/python-predictor.ts';

/** Opens a model and asks it to hang: `node hanging-parent.ts PYTHON MODEL`; killed by its test. */
const [python = '', directory = ''] = process.argv.slice(2);
const predictor = await openPythonPredictor({ python, directory });
const body = JSON.stringify({ dataframe_records: [{ do: 'hang' }] });
predictor.score({ contentType: 'application/json', body, maxRows: 1 }).catch(() => {});
console.log('asked');
