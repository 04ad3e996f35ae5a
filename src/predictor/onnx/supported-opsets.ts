/**
 * The newest operator sets of the bundled ONNX Runtime (1.30), by domain; its own domains have no limit here.
 *
 * Tried out with a model of one operator for each; to be looked at again with every update.
 */
export const SUPPORTED_OPSETS: Readonly<Record<string, number>> = {
  'ai.onnx': 26,
  'ai.onnx.ml': 5,
};
