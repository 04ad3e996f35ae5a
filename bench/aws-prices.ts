/** AWS list prices, us-east-1, in USD, without free tiers. */
export const AWS_PRICES = {
  /** When they were looked up; AWS changes them rarely, but check before you decide by them. */
  asOf: '2025-12-02',
  lambdaGibSecondX64: 0.0000166667,
  lambdaGibSecondArm64: 0.0000133334,
  lambdaMillionRequests: 0.2,
  provisionedGibSecondX64: 0.0000041667,
  restApiMillionRequests: 3.5,
  s3GibMonth: 0.023,
  s3ThousandGets: 0.0004,
  secretMonth: 0.4,
  wafAclMonth: 5,
  wafRuleMonth: 1,
  wafMillionRequests: 0.6,
} as const;
