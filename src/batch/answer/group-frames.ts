import type { Frame } from '../../model/frame.ts';
import type { FrameChunk } from '../chunk.ts';
import { sliceFrame } from '../read/slice-frame.ts';
import { joinFrames } from '../score/join-frames.ts';

/**
 * A model is never run on fewer rows at once, and but for the last run on a multiple of 16: for few rows ONNX Runtime takes other
 * ways, and for rows behind a multiple of 16, which can differ in the last bit.
 */
const LEAST_ROWS = 1024;
const MULTIPLE = 16;

/** The rows of a columnar file, regrouped; the last ones are not few unless all are. */
export async function* groupFrames(chunks: AsyncIterable<FrameChunk>): AsyncGenerator<Frame> {
  let held: Frame[] = [];
  for await (const { frame } of chunks) {
    held.push(frame);
    const all = joinFrames(held);
    // As many stay as the last ones need.
    const ready = Math.floor((all.rowCount - LEAST_ROWS) / MULTIPLE) * MULTIPLE;
    if (ready < LEAST_ROWS) {
      held = [all];
      continue;
    }
    yield sliceFrame(all, 0, ready);
    held = [sliceFrame(all, ready, all.rowCount)];
  }
  const rest = joinFrames(held);
  if (rest.rowCount > 0) yield rest;
}
