import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProofReport, REPORT_JSON } from './proof-report.ts';

/** The report of the converted model in a folder; undefined when there is none, or not of this format. */
export async function findConverted(folder: string): Promise<ProofReport | undefined> {
  try {
    const report = JSON.parse(await readFile(join(folder, REPORT_JSON), 'utf8'));
    const isOurs = report?.format === 1 && typeof report.original_sha256 === 'string';
    return isOurs ? (report as ProofReport) : undefined;
  } catch {
    return undefined; // something else is there, or nothing
  }
}
