import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Reasons } from './acknowledge.ts';

/** Say why a rule of Checkov is broken on purpose. It reads that in the resource's metadata in the template. */
export function skipCheckov(construct: IConstruct, reasons: Reasons): void {
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) {
    throw new Error(`${construct.node.path} has no resource of its own in the template`);
  }
  const before = (resource.getMetadata('checkov') as { skip: object[] } | undefined)?.skip ?? [];
  const skip = Object.entries(reasons).map(([id, comment]) => ({ id, comment }));
  resource.addMetadata('checkov', { skip: [...before, ...skip] });
}
