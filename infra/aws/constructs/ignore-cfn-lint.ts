import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Switch rules of cfn-lint off for one resource. It reads that in the resource's metadata in the template. */
export function ignoreCfnLint(construct: IConstruct, rules: readonly string[]): void {
  const resource = construct.node.defaultChild;
  if (!resource || !CfnResource.isCfnResource(resource)) {
    throw new Error(`${construct.node.path} has no resource of its own in the template`);
  }
  resource.addMetadata('cfn-lint', { config: { ignore_checks: [...rules] } });
}
