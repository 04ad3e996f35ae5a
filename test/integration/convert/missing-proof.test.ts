import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDigest, missingProof } from '../../../src/convert/missing-proof.ts';
import type { ProofReport } from '../../../src/convert/proof-report.ts';

const BYTES = Buffer.from('a\n1\n');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'missing-proof-'));
  writeFileSync(join(folder, 'rows.csv'), BYTES);
});
afterEach(() => rmSync(folder, { recursive: true }));

const report = (of: Partial<ProofReport>) => of as ProofReport;

describe('missingProof', () => {
  it('is nothing when the same rows were compared and found equal', async () => {
    const known = report({ is_drift_allowed: false, checks: [checkDigest(BYTES)] });

    expect(await missingProof(known, { checks: [join(folder, 'rows.csv')] })).toBeUndefined();
    expect(await missingProof(known, {})).toBeUndefined();
  });

  it('names a file whose rows were not compared, as in reports that name none', async () => {
    const checks = [join(folder, 'rows.csv')];
    const says = 'without a comparison on the rows of rows.csv as it is now';

    expect(await missingProof(report({ checks: [] }), { checks })).toBe(says);
    expect(await missingProof(report({}), { checks })).toBe(says);
  });

  it('is equality where drift was let pass, unless it is now, too', async () => {
    const known = report({ is_drift_allowed: true });

    expect(await missingProof(known, {})).toContain('--allow-drift');
    expect(await missingProof(known, { isDriftAllowed: true })).toBeUndefined();
  });
});
