import type { NativeTensor } from './native-runtime.ts';
import type { OpenSession } from './open-session.ts';
import type { NativeFeeds } from './to-feeds.ts';
import type { GraphInput } from './to-tensor.ts';

/** Larger made-up inputs would cost more than the first real request saves; cells. */
const MAX_CELLS = 1 << 22;

/**
 * Run the graph once on zeros, free sizes taken as 1, so that the first request does not pay for it.
 *
 * Whether the model likes zeros says nothing about real input, so its complaint is dropped here;
 * the saved input example is the real trial.
 */
export function warmUp({ inputs, run }: OpenSession): void {
  const feeds = Object.create(null) as NativeFeeds;
  for (const input of inputs) {
    const tensor = zeros(input);
    if (tensor === undefined) return;
    feeds[input.name] = tensor;
  }
  try {
    run(feeds);
  } catch {
    // Nobody needs to know: zeros are a guess.
  }
}

function zeros({ type, shape }: GraphInput): NativeTensor | undefined {
  const dims = shape.map((size) => (size < 0 ? 1 : size));
  const cells = dims.reduce((product, size) => product * size, 1);
  if (cells > MAX_CELLS) return undefined;
  return { type, dims, data: emptyCells(type, cells), location: 'cpu' };
}

function emptyCells(type: GraphInput['type'], length: number): NativeTensor['data'] {
  switch (type) {
    case 'string':
      return new Array<string>(length).fill('');
    case 'float16':
    case 'uint16':
      return new Uint16Array(length);
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'uint32':
      return new Uint32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'uint64':
      return new BigUint64Array(length);
    case 'bool':
    case 'uint8':
      return new Uint8Array(length);
  }
}
