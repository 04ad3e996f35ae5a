import { describe, expect, it } from 'vitest';
import { DEVIATIONS } from './deviations.ts';
import { readRecordings } from './recordings.ts';
import { type Outcome, replay } from './replay.ts';

const files = readRecordings('test/parity/golden');
const keyOf = ({ file, group, name }: Outcome): string => `${file} | ${group} | ${name}`;

describe.each(files)('$name', (file) => {
  it('is answered as MLflow answered it, but for the listed deviations', async () => {
    const outcomes = await replay(file);

    const different = outcomes.filter(({ failure }) => failure !== undefined);
    expect(outcomes.length).toBeGreaterThan(0);
    expect(different.filter((outcome) => !(keyOf(outcome) in DEVIATIONS))).toEqual([]);
    const listed = Object.keys(DEVIATIONS).filter((key) => key.startsWith(`${file.name} `));
    expect(listed.filter((key) => !different.some((outcome) => keyOf(outcome) === key))).toEqual(
      [],
    );
  });
});

it('replays every recording that was copied', () => {
  const counts = files.map((file) =>
    file.kind === 'onnx'
      ? file.models.flatMap(({ cases }) => cases).length
      : 'cases' in file
        ? file.cases.length
        : 0,
  );

  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2403);
});
