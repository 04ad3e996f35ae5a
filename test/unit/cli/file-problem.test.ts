import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkReadable } from '../../../src/cli/file-problem.ts';

it('names the first file that is not there, before anything else is done', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  const there = join(folder, 'rows.csv');
  writeFileSync(there, 'a\n1\n');
  const absent = join(folder, 'rwos.csv');

  await expect(checkReadable([there])).resolves.toBeUndefined();
  await expect(checkReadable([there, absent])).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: `cannot read ${absent}: there is no such file or folder`,
  });
});
