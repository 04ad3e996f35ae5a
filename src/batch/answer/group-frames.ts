import type { Frame } from '../../model/frame.ts';
import type { FrameChunk } from '../chunk.ts';
import { sliceFrame } from '../read/slice-frame.ts';
import { joinFrames } from '../score/join-frames.ts';
import { LEAST_ROWS } from './least-rows.ts';

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
