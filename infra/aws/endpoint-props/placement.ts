import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { EndpointFile } from '../../../src/config/endpoint-schema.ts';
import type { VpcPlacement } from '../constructs/packaged-function.ts';

/** Zones are what a subnet of the file does not say; nothing here asks for them. */
export function placementOf(
  scope: Construct,
  { lambda: { vpc } }: EndpointFile,
): VpcPlacement | undefined {
  if (vpc === undefined) return undefined;
  return {
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', {
      vpcId: vpc.vpcId,
      availabilityZones: vpc.subnetIds.map((_, index) => `zone-${index + 1}`),
      privateSubnetIds: vpc.subnetIds,
    }),
    subnets: {
      subnets: vpc.subnetIds.map((id) => Subnet.fromSubnetId(scope, `Subnet-${id}`, id)),
    },
    securityGroups: vpc.securityGroupIds.map((id) =>
      SecurityGroup.fromSecurityGroupId(scope, `Group-${id}`, id, { mutable: false }),
    ),
  };
}
