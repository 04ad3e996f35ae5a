// The floor: what a person would write by hand with JSON.parse, onnxruntime-node and JSON.stringify.
// No signature, no checks, one float input. Everything the product adds is measured against this.
const { InferenceSession, Tensor } = require('onnxruntime-node');

const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1 };

exports.open = (model) => InferenceSession.create(model, OPTIONS);

/** Rows of `dataframe_split` → [N, C] float32 → the outputs as rows. */
exports.predictJson = async (session, text) => {
  const { data } = JSON.parse(text).dataframe_split;
  return exports.predictRows(session, data);
};

exports.predictCsv = async (session, text) => {
  const lines = text.split('\n');
  const data = [];
  for (let i = 1; i < lines.length; i++) {
    if (lines[i] !== '') data.push(lines[i].split(',').map(Number));
  }
  return exports.predictRows(session, data);
};

exports.predictRows = async (session, data) => {
  const width = data[0].length;
  const values = new Float32Array(data.length * width);
  for (let row = 0, i = 0; row < data.length; row++) {
    for (let c = 0; c < width; c++) values[i++] = data[row][c];
  }
  const feeds = { [session.inputNames[0]]: new Tensor('float32', values, [data.length, width]) };
  const outputs = await session.run(feeds);
  const names = session.outputNames;
  const columns = names.map((name) => outputs[name].data);
  const predictions = new Array(data.length);
  for (let row = 0; row < data.length; row++) {
    const answer = {};
    for (let c = 0; c < names.length; c++) answer[names[c]] = Number(columns[c][row]);
    predictions[row] = answer;
  }
  return JSON.stringify({ predictions });
};
