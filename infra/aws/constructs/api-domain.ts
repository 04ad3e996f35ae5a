import {
  BasePathMapping,
  type CfnDomainName,
  DomainName,
  EndpointType,
  IpAddressType,
  type RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface DomainOptions {
  readonly name: string;

  /** In the stack's region. */
  readonly certificate: ICertificate;

  /** @default none - point the name to the API yourself: output `DomainTarget` says where */
  readonly hostedZoneId?: string;

  /** @default none - clients show no certificate */
  readonly mutualTls?: {
    /** Has the PEM file of the authorities whose certificates are taken. */
    readonly bucket: IBucket;
    readonly key: string;
    /** @default the newest */
    readonly version?: string;
  };
}

/** A host name for the API. Its records need the zone's id only: nothing is looked up at synth. */
export function addDomain(scope: Construct, api: RestApi, options: DomainOptions): DomainName {
  const domain = new DomainName(scope, 'Domain', {
    domainName: options.name,
    certificate: options.certificate,
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
    mtls: options.mutualTls,
  });
  allowIpv6(domain);
  new BasePathMapping(scope, 'DomainMapping', {
    domainName: domain,
    restApi: api,
    stage: api.deploymentStage,
  });
  if (options.hostedZoneId !== undefined) addRecords(scope, domain, options.hostedZoneId);
  return domain;
}

/** By default only IPv4 addresses are behind a domain, and its AAAA record would lead nowhere. */
function allowIpv6(domain: DomainName): void {
  const resource = domain.node.defaultChild as CfnDomainName;
  resource.addPropertyOverride('EndpointConfiguration.IpAddressType', IpAddressType.DUAL_STACK);
}

function addRecords(scope: Construct, domain: DomainName, hostedZoneId: string): void {
  for (const type of ['A', 'AAAA']) {
    new CfnRecordSet(scope, `DomainRecord${type}`, {
      hostedZoneId,
      name: domain.domainName,
      type,
      aliasTarget: {
        dnsName: domain.domainNameAliasDomainName,
        hostedZoneId: domain.domainNameAliasHostedZoneId,
      },
    });
  }
}
