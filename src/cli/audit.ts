import { isAtLeast, type Severity } from '../audit/findings.ts';
import { auditModel } from '../endpoint/audit-model.ts';
import { auditText } from './audit-text.ts';
import { type EndpointOptions, endpointConfiguration } from './endpoint-options.ts';
import { EXIT } from './failure.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface AuditCommandOptions extends EndpointOptions {
  readonly failOn: Severity | 'never';
  readonly json?: boolean;
}

/** Look at a model's files, environment and signature, and print what there is to know. */
export async function audit(options: AuditCommandOptions): Promise<number> {
  const { environment, modelUri } = await endpointConfiguration(options, 'source');
  const signal = untilInterrupted('nothing was changed');
  const found = await auditModel({ modelUri, environment, signal });
  process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : auditText(found));
  const { failOn } = options;
  return failOn !== 'never' && isAtLeast(found.findings, failOn) ? EXIT.failure : EXIT.ok;
}
