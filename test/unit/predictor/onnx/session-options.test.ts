import { describe, expect, it } from 'vitest';
import { sessionOptions } from '../../../../src/predictor/onnx/session-options.ts';

const read = (options: unknown) => sessionOptions({ onnx_session_options: options });

describe('sessionOptions', () => {
  it.each([
    undefined,
    null,
    {},
    'text',
    [],
  ])('uses one thread when the MLmodel says %j', (options) => {
    expect(read(options)).toEqual({ intraOpNumThreads: 1, interOpNumThreads: 1 });
  });

  it('reads the five keys that MLflow reads, and no other', () => {
    const options = read({
      intra_op_num_threads: 3,
      inter_op_num_threads: 2,
      execution_mode: 'Parallel',
      graph_optimization_level: 99,
      extra_session_config: { 'session.intra_op.allow_spinning': '0' },
      enable_profiling: true,
    });

    expect(options).toEqual({
      intraOpNumThreads: 3,
      interOpNumThreads: 2,
      executionMode: 'parallel',
      graphOptimizationLevel: 'all',
      extra: { 'session.intra_op.allow_spinning': '0' },
    });
  });

  it('takes 0 for not set, and leaves unknown modes out', () => {
    const options = read({
      intra_op_num_threads: 0,
      graph_optimization_level: 0,
      execution_mode: 'fast',
    });

    expect(options).toEqual({ intraOpNumThreads: 1, interOpNumThreads: 1 });
  });

  it('lets the endpoint choose the threads where the model does not', () => {
    expect(sessionOptions({}, { intraOpThreads: 4 }).intraOpNumThreads).toBe(4);
  });

  it.each([
    [{ intra_op_num_threads: '2' }, 'intra_op_num_threads'],
    [{ inter_op_num_threads: 1.5 }, 'inter_op_num_threads'],
    [{ graph_optimization_level: 7 }, 'graph_optimization_level'],
    [{ extra_session_config: { a: 1 } }, 'extra_session_config'],
  ])('refuses %j', (options, key) => {
    expect(() => read(options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(`onnx_session_options.${key} in MLmodel must be`),
      }),
    );
  });
});
