import { expect, it } from 'vitest';
import { listText } from '../../../src/cli/list-text.ts';

it('says of each version what it is made with, and which of them Python answers', () => {
  const common = { publishedAt: '2026-01-02T03:04:05.000Z', sizeBytes: 2048 };
  const listed = listText(
    [
      {
        name: 'wine',
        versions: [
          { version: '3', ...common, flavors: ['python_function'], runtime: 'python' },
          { version: '2', ...common, flavors: ['python_function', 'sklearn'], runtime: 'python' },
          {
            version: '1',
            ...common,
            flavors: ['onnx', 'python_function', 'sklearn'],
            runtime: 'node',
          },
        ],
        aliases: [{ pointer: 'champion', version: '1', movedAt: undefined, movedBy: undefined }],
        stages: [],
      },
    ],
    './registry',
  );

  expect(listed).toBe(
    [
      'wine',
      '  3  2026-01-02 03:04  2.0 KiB  python_function with Python',
      '  2  2026-01-02 03:04  2.0 KiB  sklearn with Python',
      '  1  2026-01-02 03:04  2.0 KiB  onnx, sklearn                @champion',
      '',
    ].join('\n'),
  );
});
