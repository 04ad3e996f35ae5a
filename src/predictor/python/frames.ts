/** A head longer than this is no head of ours. */
const MAX_HEAD_BYTES = 64 * 1024;
const PREFIX_BYTES = 8;

/** What travels between Node and the worker; python/mlflow_serverless_worker/frames.py has the other end. */
export interface Frame {
  readonly head: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** The start of a frame; the body is written after it, as it is. */
export function encodeFrameStart(head: Frame['head'], bodyBytes: number): Buffer {
  const text = Buffer.from(JSON.stringify(head), 'utf8');
  const start = Buffer.allocUnsafe(PREFIX_BYTES + text.length);
  start.writeUInt32LE(text.length, 0);
  start.writeUInt32LE(bodyBytes, 4);
  text.copy(start, PREFIX_BYTES);
  return start;
}

export interface FrameReader {
  /**
   * Take what arrived; a body is copied once, to where it stays.
   *
   * @throws {Error} when the lengths are beyond the bound, or the head is no JSON object: the stream is of no use any more
   */
  push(chunk: Buffer): void;
}

const isRecord = (value: unknown): value is Frame['head'] =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Cut a stream of bytes into frames. A length beyond the bound is refused before anything is allocated for it. */
export function createFrameReader(
  maxBodyBytes: number,
  onFrame: (frame: Frame) => void,
): FrameReader {
  let start = Buffer.alloc(0);
  let pending: { head: Frame['head']; body: Buffer; filled: number } | undefined;

  /** The chunk's bytes that were not part of this frame's body. */
  function fill(chunk: Buffer): Buffer {
    if (pending === undefined) return chunk;
    const { head, body } = pending;
    const taken = chunk.copy(body, pending.filled);
    pending.filled += taken;
    if (pending.filled === body.length) {
      pending = undefined;
      onFrame({ head, body });
    }
    return chunk.subarray(taken);
  }

  /** Undefined while the prefix and the head are not complete. */
  function open(bytes: Buffer): Buffer | undefined {
    if (bytes.length < PREFIX_BYTES) return undefined;
    const headBytes = bytes.readUInt32LE(0);
    const bodyBytes = bytes.readUInt32LE(4);
    if (headBytes > MAX_HEAD_BYTES || bodyBytes > maxBodyBytes) {
      throw new Error(
        `a frame of ${headBytes + bodyBytes} bytes came; at most ${maxBodyBytes} are taken`,
      );
    }
    const end = PREFIX_BYTES + headBytes;
    if (bytes.length < end) return undefined;
    const head: unknown = JSON.parse(bytes.toString('utf8', PREFIX_BYTES, end));
    if (!isRecord(head)) throw new Error('the head of a frame is no object');
    pending = { head, body: Buffer.allocUnsafeSlow(bodyBytes), filled: 0 };
    return bytes.subarray(end);
  }

  return {
    push(chunk) {
      let rest = fill(chunk);
      while (pending === undefined && rest.length + start.length > 0) {
        const bytes = start.length === 0 ? rest : Buffer.concat([start, rest]);
        const body = open(bytes);
        start = Buffer.alloc(0);
        if (body === undefined) {
          start = Buffer.from(bytes); // the chunk's memory is the stream's
          return;
        }
        rest = fill(body);
      }
    },
  };
}
