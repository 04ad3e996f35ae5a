import { describe, expect, it } from 'vitest';
import { openAzureDoor } from '../../parity/azure-door.ts';
import { DEVIATIONS } from '../../parity/deviations.ts';
import { readRecordings } from '../../parity/recordings.ts';
import { replay } from '../../parity/replay.ts';

for (const isStreamed of [false, true]) {
  const throughHost = await openAzureDoor({ isStreamed });
  const how = isStreamed ? 'streams' : 'messages';

  describe.each(
    readRecordings('test/parity/golden'),
  )(`$name through Azure Functions, ${how}`, (file) => {
    it('is answered as MLflow answered it, but for the listed deviations', async () => {
      const outcomes = await replay(file, throughHost);

      const different = outcomes.filter(({ failure }) => failure !== undefined);
      const keys = different.map(({ file, group, name }) => `${file} | ${group} | ${name}`);
      expect(outcomes.length).toBeGreaterThan(0);
      expect(keys.filter((key) => !(key in DEVIATIONS))).toEqual([]);
    });
  });
}
