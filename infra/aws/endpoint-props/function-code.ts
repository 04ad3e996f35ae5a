import type { Code } from 'aws-cdk-lib/aws-lambda';

/** Zips other than the package's own. */
export interface FunctionCode {
  readonly serving: Code;
  readonly authorizer: Code;
}
