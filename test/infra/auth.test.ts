import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ENDPOINT_FILES } from './endpoint-files.ts';
import { evaluatePolicy, type PolicyDocument } from './gateway/policy.ts';
import { synthesize, templateOf } from './synth.ts';

interface Method {
  readonly HttpMethod: string;
  readonly AuthorizationType: string;
  readonly ApiKeyRequired?: boolean;
  readonly AuthorizerId?: unknown;
  readonly AuthorizationScopes?: string[];
}

const methodsOf = (template: Template): Method[] =>
  Object.values(template.findResources('AWS::ApiGateway::Method')).map(
    ({ Properties }) => Properties,
  );

/** What the methods of a template ask of callers, each way once. */
const checksOf = (template: Template) => [
  ...new Set(
    methodsOf(template).map(({ AuthorizationType, ApiKeyRequired, AuthorizerId }) =>
      [
        AuthorizationType,
        ...(ApiKeyRequired ? ['api key'] : []),
        ...(AuthorizerId ? ['authorizer'] : []),
      ].join(' + '),
    ),
  ),
];

const EXPECTED: Record<string, string> = {
  none: 'NONE',
  apiKey: 'NONE + api key',
  'apiKey with quota': 'NONE + api key',
  iam: 'AWS_IAM',
  'iam and apiKey': 'AWS_IAM + api key',
  'iam with allowedPrincipals': 'AWS_IAM',
  'iam with allowedPrincipals and apiKey': 'AWS_IAM + api key',
  cognito: 'COGNITO_USER_POOLS + authorizer',
  'cognito and apiKey': 'COGNITO_USER_POOLS + api key + authorizer',
  'cognito with scopes': 'COGNITO_USER_POOLS + authorizer',
  'cognito with scopes and apiKey': 'COGNITO_USER_POOLS + api key + authorizer',
  jwt: 'CUSTOM + authorizer',
  'jwt and apiKey': 'CUSTOM + api key + authorizer',
  lambda: 'CUSTOM + authorizer',
  'lambda and apiKey': 'CUSTOM + api key + authorizer',
};

describe('every method of every path asks the same of callers', () => {
  it('knows all modes', () => {
    const modes = Object.keys(ENDPOINT_FILES).filter((name) => name.startsWith('auth '));

    expect(modes.toSorted()).toEqual(
      Object.keys(EXPECTED)
        .map((mode) => `auth ${mode}`)
        .toSorted(),
    );
  });

  it.each(Object.entries(EXPECTED))('auth %s: %s', (mode, expected) => {
    expect(checksOf(templateOf(`auth ${mode}`))).toEqual([expected]);
  });
});

describe('api keys', () => {
  it('come with a usage plan of rate and burst, and without a value', () => {
    const template = templateOf('auth apiKey');

    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 50, BurstLimit: 100 },
      Quota: Match.absent(),
    });
    template.hasResourceProperties('AWS::ApiGateway::ApiKey', {
      Enabled: true,
      Value: Match.absent(),
    });
    template.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 1);
  });

  it('have the limits that were asked for', () => {
    templateOf('auth apiKey with quota').hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 5, BurstLimit: 7 },
      Quota: { Limit: 1000, Period: 'MONTH' },
    });
  });

  it.each(['none', 'iam', 'cognito', 'jwt', 'lambda'])('are not there for %s alone', (mode) => {
    templateOf(`auth ${mode}`).resourceCountIs('AWS::ApiGateway::ApiKey', 0);
  });
});

describe('iam', () => {
  it('leaves the API without a policy when everybody of the account may be granted it', () => {
    templateOf('auth iam').hasResourceProperties('AWS::ApiGateway::RestApi', {
      Policy: Match.absent(),
    });
  });

  it('lets only the listed call, whatever policies others have', () => {
    templateOf('auth iam with allowedPrincipals').hasResourceProperties(
      'AWS::ApiGateway::RestApi',
      {
        Policy: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'execute-api:Invoke',
              Resource: 'execute-api:/*',
              Principal: {
                AWS: [
                  'arn:aws:iam::123456789012:role/path/caller',
                  'arn:aws:iam::210987654321:root',
                  'arn:aws:sts::123456789012:assumed-role/deploy/session',
                ],
              },
            },
            {
              Effect: 'Deny',
              Action: 'execute-api:Invoke',
              Resource: 'execute-api:/*',
              Principal: { AWS: '*' },
              Condition: {
                ArnNotLike: {
                  'aws:PrincipalArn': [
                    'arn:aws:iam::123456789012:role/path/caller',
                    'arn:aws:iam::210987654321:root',
                    'arn:aws:iam::210987654321:*',
                    'arn:aws:iam::123456789012:role/deploy',
                    'arn:aws:iam::123456789012:role/*/deploy',
                  ],
                },
              },
            },
          ],
        },
      },
    );
  });
});

describe('iam with pages of other origins', () => {
  const policyOf = (name: string) =>
    Object.values(templateOf(name).findResources('AWS::ApiGateway::RestApi'))[0]?.['Properties']
      .Policy as PolicyDocument;
  const methodArn = (method: string) =>
    `arn:aws:execute-api:eu-central-1:123456789012:api/beta/${method}/invocations`;

  it.each([
    { who: 'a browser that asks before', method: 'OPTIONS', arn: undefined, verdict: 'Allow' },
    { who: 'nobody', method: 'POST', arn: undefined, verdict: undefined },
    { who: 'one of the listed', method: 'POST', arn: '210987654321', verdict: 'Allow' },
    { who: 'anybody else', method: 'POST', arn: '123456789012', verdict: 'Deny' },
  ])('$method by $who: $verdict', ({ method, arn, verdict }) => {
    const principal = arn && `arn:aws:iam::${arn}:role/caller`;

    expect(
      evaluatePolicy(policyOf('cors for the listed and signed'), methodArn(method), principal),
    ).toBe(verdict);
  });
});

describe('cognito', () => {
  it('asks the user pool, in the header Authorization', () => {
    templateOf('auth cognito').hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'COGNITO_USER_POOLS',
      IdentitySource: 'method.request.header.Authorization',
      ProviderARNs: [
        'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI',
      ],
    });
  });

  it.each([
    { mode: 'cognito', scopes: 'none' },
    { mode: 'cognito with scopes', scopes: 'wine/predict' },
  ])('asks for scopes $scopes of $mode', ({ mode, scopes }) => {
    const asked = methodsOf(templateOf(`auth ${mode}`)).map(
      (method) => method.AuthorizationScopes?.join() ?? 'none',
    );

    expect(new Set(asked)).toEqual(new Set([scopes]));
  });
});

describe('jwt', () => {
  it('asks our authorizer, which sees nothing that is no token in form', () => {
    templateOf('auth jwt').hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      IdentityValidationExpression: Match.stringLikeRegexp('Rr'),
      AuthorizerResultTtlInSeconds: 60,
    });
  });

  it.each([
    { header: 'Bearer eyJh.eyJz.c2ln', isSent: true },
    { header: 'bearer eyJh.eyJz.c2l_-n', isSent: true },
    { header: 'Bearer eyJh.eyJz.', isSent: false },
    { header: 'eyJh.eyJz.c2ln', isSent: false },
    { header: 'Basic dXNlcjpwYXNz', isSent: false },
    { header: 'Bearer a.b.c.d', isSent: false },
  ])('sends "$header" to the authorizer: $isSent', ({ header, isSent }) => {
    const [authorizer] = Object.values(
      templateOf('auth jwt').findResources('AWS::ApiGateway::Authorizer'),
    );

    const pattern = new RegExp(authorizer?.['Properties'].IdentityValidationExpression);

    expect(pattern.test(header)).toBe(isSent);
  });

  it('sets the authorizer up by its environment, and gives it no rights but its log', () => {
    const template = templateOf('auth jwt');

    template.hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'jwt-authorizer.handler',
      Runtime: 'nodejs24.x',
      Environment: {
        Variables: {
          MLFLOW_SERVERLESS_JWT_ISSUER: 'https://login.example.com/',
          MLFLOW_SERVERLESS_JWT_AUDIENCE: 'wine,beer',
          MLFLOW_SERVERLESS_JWT_SCOPES: 'predict explain',
          MLFLOW_SERVERLESS_JWT_JWKS_URI: 'https://login.example.com/keys',
          MLFLOW_SERVERLESS_LOG_LEVEL: 'info',
        },
      },
    });
  });

  it('logs as much as the function does', () => {
    const jwt = { issuer: 'https://login.example.com/', audience: 'wine' };

    synthesize({
      name: 'wine',
      model: 'models:/wine@champion',
      auth: { jwt },
      lambda: { logLevel: 'warn' },
    }).hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'jwt-authorizer.handler',
      Environment: { Variables: Match.objectLike({ MLFLOW_SERVERLESS_LOG_LEVEL: 'warn' }) },
    });
  });
});

describe('lambda', () => {
  it('asks the function in a role that may call it and nothing else', () => {
    const template = templateOf('auth lambda');

    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.X-Caller',
      AuthorizerResultTtlInSeconds: 0,
      AuthorizerCredentials: { 'Fn::GetAtt': [Match.stringLikeRegexp('AuthorizerRole'), 'Arn'] },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'lambda:InvokeFunction',
            Effect: 'Allow',
            Resource: 'arn:aws:lambda:eu-central-1:123456789012:function:my-authorizer',
          },
        ],
      },
    });
  });
});
