import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Rule id → why it does not hold here. */
export type Reasons = Readonly<Record<string, string>>;

/**
 * Say why a rule of cdk-nag is broken on purpose, beside the resource that breaks it.
 *
 * cdk-nag itself is not needed: whoever runs it over an app with these constructs sees no finding.
 */
export function acknowledge(scope: IConstruct, reasons: Reasons): void {
  for (const [id, reason] of Object.entries(reasons)) {
    Validations.of(scope).acknowledge({ id, reason });
  }
}
