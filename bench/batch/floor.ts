import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * `node floor.ts MODEL INPUT OUTPUT`: the least that Node can do on one thread.
 *
 * CSV: plain decimals without exponents, quotes or checks, predictions appended to the lines. Raw doubles stand for Parquet, of
 * which Node has none: read, turned into rows of float32, and the predictions written alone.
 */
const COLUMNS = 20;
const ROWS = 10_000;
const [model = '', input = '', output = ''] = process.argv.slice(2);
const session = await InferenceSession.create(`${model}/model.onnx`, { intraOpNumThreads: 1 });
const [inputName = ''] = session.inputNames;
const [outputName = ''] = session.outputNames;

async function run(cells: Float32Array): Promise<Float32Array> {
  const dims = [cells.length / COLUMNS, COLUMNS];
  const answer = await session.run({ [inputName]: new Tensor('float32', cells, dims) });
  return answer[outputName]?.data as Float32Array;
}

await (input.endsWith('.csv') ? scoreCsv() : scoreRaw());

async function scoreCsv(): Promise<void> {
  const out = createWriteStream(output);
  let rest: Buffer = Buffer.alloc(0);
  let isHeader = true;
  for await (const piece of createReadStream(input, { highWaterMark: 2 ** 21 })) {
    const bytes = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer]);
    const end = bytes.lastIndexOf(10) + 1;
    let start = 0;
    if (isHeader) {
      start = bytes.indexOf(10) + 1;
      out.write(`${bytes.toString('latin1', 0, start - 1)},variable\n`);
      isHeader = false;
    }
    rest = bytes.subarray(end);
    if (!out.write(await scoreLines(bytes.subarray(start, end)))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

async function scoreLines(bytes: Buffer): Promise<string> {
  const cells: number[] = [];
  let [digits, scale, sign, isFraction] = [0, 1, 1, false];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte >= 48) {
      digits = digits * 10 + (byte - 48);
      if (isFraction) scale *= 10;
    } else if (byte === 46) isFraction = true;
    else if (byte === 45) sign = -1;
    else {
      cells.push((sign * digits) / scale);
      [digits, scale, sign, isFraction] = [0, 1, 1, false];
    }
  }
  const predictions = await run(Float32Array.from(cells));
  let text = '';
  let start = 0;
  for (const prediction of predictions) {
    const end = bytes.indexOf(10, start);
    text += `${bytes.toString('latin1', start, end)},${prediction}\n`;
    start = end + 1;
  }
  return text;
}

async function scoreRaw(): Promise<void> {
  await using source = await open(input);
  await using target = await open(output, 'w');
  const group = new Float64Array(ROWS * COLUMNS);
  for (;;) {
    const { bytesRead } = await source.read(new Uint8Array(group.buffer), 0, group.byteLength);
    if (bytesRead === 0) return;
    const rows = bytesRead / 8 / COLUMNS;
    const cells = new Float32Array(rows * COLUMNS);
    for (let column = 0; column < COLUMNS; column++) {
      for (let row = 0; row < rows; row++) {
        cells[row * COLUMNS + column] = group[column * rows + row] as number;
      }
    }
    const { buffer, byteOffset, byteLength } = await run(cells);
    await target.write(new Uint8Array(buffer, byteOffset, byteLength));
  }
}
