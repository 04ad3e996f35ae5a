import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { createLogGroup } from './log-group.ts';
import { skipCheckov } from './skip-checkov.ts';

export interface FirewallOptions {
  /** @default true - AWS's common rules, known bad inputs and addresses of ill repute */
  readonly managedRules?: boolean;

  /** @default none - an address that sends more within five minutes is blocked for a while */
  readonly requestsPer5MinutesPerIp?: number;

  /**
   * Rules of the common set that only count. Models take free text: add `CrossSiteScripting_BODY` or
   * `GenericRFI_BODY` if yours looks like markup or addresses.
   *
   * @default ['SizeRestrictions_BODY'] - bodies above 8 KB are normal here
   */
  readonly countedRules?: string[];
}

export interface WebFirewallProps extends FirewallOptions {
  readonly stage: Stage;
  readonly logRetention: RetentionDays;
}

/** Headers that let somebody in; they stay out of the log. */
const SECRET_HEADERS = ['authorization', 'x-api-key', 'cookie', 'x-amz-security-token'];

/** A web ACL before one stage. */
export class WebFirewall extends Construct {
  constructor(scope: Construct, id: string, props: WebFirewallProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      rules: rulesOf(props).map((rule, priority) => ({
        ...rule,
        priority,
        visibilityConfig: measured(rule.name),
      })),
      visibilityConfig: measured('All'),
    });
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: props.stage.stageArn,
      webAclArn: acl.attrArn,
    });
    if (props.managedRules === false) {
      skipCheckov(acl, { CKV_AWS_192: 'managed rules were switched off; nothing here is Java' });
    }
    this.logBlocked(acl, props.logRetention);
  }

  /** WAF wants the group's name to begin so. */
  private logBlocked(acl: CfnWebACL, retention: RetentionDays): void {
    const name = `aws-waf-logs-${Stack.of(this).stackName}-${this.node.addr.slice(-8)}`;
    const group = createLogGroup(this, 'Logs', retention, name);
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          resourceName: group.logGroupName,
        }),
      ],
      redactedFields: SECRET_HEADERS.map((name) => ({ singleHeader: { Name: name } })),
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [
              { ActionCondition: { Action: 'BLOCK' } },
              { ActionCondition: { Action: 'COUNT' } },
            ],
          },
        ],
      },
    });
  }
}

type Rule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

function rulesOf(props: FirewallOptions): Rule[] {
  const { managedRules = true, requestsPer5MinutesPerIp: limit } = props;
  const counted = props.countedRules ?? ['SizeRestrictions_BODY'];
  const managed = [
    managedRule('AWSManagedRulesAmazonIpReputationList'),
    managedRule('AWSManagedRulesCommonRuleSet', counted),
    managedRule('AWSManagedRulesKnownBadInputsRuleSet'),
  ];
  const rate: Rule = {
    name: 'RequestsPerIp',
    action: { block: {} },
    statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: limit ?? 0 } },
  };
  return [...(limit === undefined ? [] : [rate]), ...(managedRules ? managed : [])];
}

const managedRule = (name: string, counted: string[] = []): Rule => ({
  name,
  overrideAction: { none: {} },
  statement: {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name,
      ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
    },
  },
});

/** Samples hold headers and the beginning of a request: none are kept. */
const measured = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
});
