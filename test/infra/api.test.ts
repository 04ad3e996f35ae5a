import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { templateOf } from './synth.ts';

interface Answer {
  readonly status: string | undefined;
  readonly body: Record<string, string>;
  readonly headers: Record<string, string>;
}

/** What API Gateway answers by itself, by kind. */
function answersOf(name: string): Record<string, Answer> {
  const responses = templateOf(name).findResources('AWS::ApiGateway::GatewayResponse');
  return Object.fromEntries(
    Object.values(responses).map(({ Properties }) => [
      Properties.ResponseType,
      {
        status: Properties.StatusCode,
        body: JSON.parse(Properties.ResponseTemplates['application/json']),
        headers: Properties.ResponseParameters ?? {},
      },
    ]),
  );
}

describe('paths', () => {
  it('are MLflow’s; every other path and method is answered by the function, too', () => {
    const template = templateOf('auth none');
    const parts = template.findResources('AWS::ApiGateway::Resource');
    const pathOf = (id: { Ref: string } | undefined) =>
      id?.Ref === undefined ? '' : parts[id.Ref]?.['Properties'].PathPart;

    const methods = Object.values(template.findResources('AWS::ApiGateway::Method'))
      .map(({ Properties: { HttpMethod, ResourceId } }) => `${HttpMethod} /${pathOf(ResourceId)}`)
      .toSorted();

    expect(methods).toEqual([
      'ANY /',
      'ANY /health',
      'ANY /invocations',
      'ANY /ping',
      'ANY /version',
      'ANY /{proxy+}',
      'GET /health',
      'GET /ping',
      'GET /version',
      'HEAD /health',
      'HEAD /ping',
      'HEAD /version',
      'POST /invocations',
    ]);
  });

  it('lead to the alias, whole, for as long as API Gateway waits', () => {
    templateOf('auth none').allResourcesProperties('AWS::ApiGateway::Method', {
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        TimeoutInMillis: 29_000,
        Uri: {
          'Fn::Join': [
            '',
            Match.arrayWith([{ Ref: Match.stringLikeRegexp('^EndpointFunctionAliaslive') }]),
          ],
        },
      },
    });
  });
});

describe('bodies', () => {
  it('are text but for Parquet, so that 6 MiB of JSON fit into an event; gzip is unpacked', () => {
    templateOf('auth none').hasResourceProperties('AWS::ApiGateway::RestApi', {
      BinaryMediaTypes: ['application/vnd.apache.parquet'],
      MinimumCompressionSize: 1024,
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
  });
});

describe('answers of API Gateway itself', () => {
  it.each([
    ['ACCESS_DENIED', '403', 'PERMISSION_DENIED'],
    ['API_CONFIGURATION_ERROR', '500', 'INTERNAL_ERROR'],
    ['AUTHORIZER_CONFIGURATION_ERROR', '503', 'TEMPORARILY_UNAVAILABLE'],
    ['AUTHORIZER_FAILURE', '503', 'TEMPORARILY_UNAVAILABLE'],
    ['BAD_REQUEST_BODY', '400', 'BAD_REQUEST'],
    ['BAD_REQUEST_PARAMETERS', '400', 'BAD_REQUEST'],
    ['DEFAULT_4XX', undefined, 'BAD_REQUEST'],
    ['DEFAULT_5XX', undefined, 'TEMPORARILY_UNAVAILABLE'],
    ['EXPIRED_TOKEN', '403', 'PERMISSION_DENIED'],
    ['INTEGRATION_FAILURE', '503', 'TEMPORARILY_UNAVAILABLE'],
    ['INTEGRATION_TIMEOUT', '504', 'DEADLINE_EXCEEDED'],
    ['INVALID_API_KEY', '403', 'PERMISSION_DENIED'],
    ['INVALID_SIGNATURE', '403', 'PERMISSION_DENIED'],
    ['MISSING_AUTHENTICATION_TOKEN', '404', 'ENDPOINT_NOT_FOUND'],
    ['QUOTA_EXCEEDED', '429', 'REQUEST_LIMIT_EXCEEDED'],
    ['REQUEST_TOO_LARGE', '413', 'REQUEST_TOO_LARGE'],
    ['RESOURCE_NOT_FOUND', '404', 'ENDPOINT_NOT_FOUND'],
    ['THROTTLED', '429', 'REQUEST_LIMIT_EXCEEDED'],
    ['UNAUTHORIZED', '401', 'UNAUTHENTICATED'],
    ['UNSUPPORTED_MEDIA_TYPE', '415', 'UNSUPPORTED_MEDIA_TYPE'],
    ['WAF_FILTERED', '403', 'PERMISSION_DENIED'],
  ])('%s: %s %s, in the shape of ours', (type, status, code) => {
    const answer = answersOf('auth apiKey')[type];

    expect(answer?.status).toBe(status);
    expect(answer?.body).toMatchObject({
      error_code: code,
      message: expect.stringMatching(/^[a-z].{10,}[^.]$/i),
    });
  });

  it('have the members of the function’s own errors', () => {
    expect(answersOf('auth apiKey')['INVALID_API_KEY']?.body).toEqual({
      error_code: 'PERMISSION_DENIED',
      message: 'the API key is missing or wrong; send it in the header x-api-key',
      sqlstate: 'KAM00',
      error_class: 'PERMISSION_DENIED',
    });
  });

  it('tell an unsigned request from a wrong path', () => {
    const answer = answersOf('auth iam')['MISSING_AUTHENTICATION_TOKEN'];

    expect(answer?.status).toBe('401');
    expect(answer?.body).toMatchObject({ error_code: 'UNAUTHENTICATED' });
  });

  it('say when to come back', () => {
    expect(answersOf('auth apiKey')['THROTTLED']?.headers).toEqual({
      'gatewayresponse.header.Retry-After': "'1'",
    });
    expect(answersOf('auth apiKey')['QUOTA_EXCEEDED']?.headers).toEqual({});
  });

  it.each([
    { name: 'auth none', origin: undefined },
    { name: 'cors', origin: "'https://app.example.com'" },
    { name: 'cors for several origins', origin: "'*'" },
  ])('can be read by pages of $origin: $name', ({ name, origin }) => {
    const origins = Object.values(answersOf(name)).map(
      ({ headers }) => headers['gatewayresponse.header.Access-Control-Allow-Origin'],
    );

    expect(new Set(origins)).toEqual(new Set([origin]));
  });
});

describe('cors', () => {
  it('lets browsers ask first, without credentials', () => {
    const template = templateOf('cors');
    const preflights = template.findResources('AWS::ApiGateway::Method', {
      Properties: { HttpMethod: 'OPTIONS' },
    });

    expect(Object.keys(preflights)).toHaveLength(6);
    for (const { Properties } of Object.values(preflights)) {
      expect(Properties).toMatchObject({ AuthorizationType: 'NONE', ApiKeyRequired: false });
      expect(Properties.Integration.IntegrationResponses[0].ResponseParameters).toMatchObject({
        'method.response.header.Access-Control-Allow-Origin': "'https://app.example.com'",
        'method.response.header.Access-Control-Allow-Methods': "'GET,HEAD,POST,OPTIONS'",
        'method.response.header.Access-Control-Allow-Headers':
          "'accept,authorization,content-encoding,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,x-api-key,x-request-id'",
      });
    }
  });

  it('has room for the header that an authorizer looks at', () => {
    templateOf('cors for an authorizer of its own').hasResourceProperties(
      'AWS::ApiGateway::Method',
      {
        HttpMethod: 'OPTIONS',
        Integration: {
          IntegrationResponses: [
            Match.objectLike({
              ResponseParameters: Match.objectLike({
                'method.response.header.Access-Control-Allow-Headers':
                  Match.stringLikeRegexp('x-api-key,x-caller'),
              }),
            }),
          ],
        },
      },
    );
  });

  it('is off without being asked for', () => {
    const preflights = templateOf('auth none').findResources('AWS::ApiGateway::Method', {
      Properties: { HttpMethod: 'OPTIONS' },
    });

    expect(preflights).toEqual({});
  });
});

describe('logs', () => {
  it('have a line for each request, without payloads and keys', () => {
    const [stage] = Object.values(
      templateOf('auth apiKey').findResources('AWS::ApiGateway::Stage'),
    );
    const { AccessLogSetting, MethodSettings } = stage?.['Properties'] ?? {};

    const fields = Object.values(JSON.parse(AccessLogSetting.Format) as Record<string, string>);

    expect(fields).toContain('$context.identity.apiKeyId');
    expect(fields).not.toContain('$context.identity.apiKey');
    expect(fields.filter((field) => /header|body|querystring/i.test(field))).toEqual([]);
    expect(MethodSettings).toEqual([
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        LoggingLevel: 'ERROR',
        DataTraceEnabled: false,
      },
    ]);
  });

  it('of API Gateway’s own errors are forgotten, too', () => {
    templateOf('auth none').hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: {
        'Fn::Join': [
          '',
          ['API-Gateway-Execution-Logs_', { Ref: Match.stringLikeRegexp('Api') }, '/v1'],
        ],
      },
      RetentionInDays: 30,
    });
  });

  it('need one role for the whole account, which outlives the stack', () => {
    const template = templateOf('events');

    template.resourceCountIs('AWS::ApiGateway::Account', 1);
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
  });

  it('can be switched off, and the account’s setting is left alone then', () => {
    const template = templateOf('no access logs');

    template.hasResourceProperties('AWS::ApiGateway::Stage', { AccessLogSetting: Match.absent() });
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
  });
});

describe('throttle', () => {
  it('holds for all callers together', () => {
    templateOf('throttle').hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [
        Match.objectLike({ ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400, HttpMethod: '*' }),
      ],
    });
  });
});

describe('waf', () => {
  it('stands before the stage: by address first, then AWS’s rules; large bodies only count', () => {
    const template = templateOf('waf');

    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      Rules: [
        Match.objectLike({
          Priority: 0,
          Action: { Block: {} },
          Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 500 } },
        }),
        Match.objectLike({ Priority: 1, Name: 'AWSManagedRulesAmazonIpReputationList' }),
        Match.objectLike({
          Priority: 2,
          OverrideAction: { None: {} },
          Statement: {
            ManagedRuleGroupStatement: {
              VendorName: 'AWS',
              Name: 'AWSManagedRulesCommonRuleSet',
              RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }],
            },
          },
        }),
        Match.objectLike({ Priority: 3, Name: 'AWSManagedRulesKnownBadInputsRuleSet' }),
      ],
    });
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
      ResourceArn: {
        'Fn::Join': ['', Match.arrayWith([{ Ref: Match.stringLikeRegexp('Stagev1') }])],
      },
    });
  });

  it('logs what it blocks, without headers that let somebody in', () => {
    templateOf('waf').hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      RedactedFields: [
        { SingleHeader: { Name: 'authorization' } },
        { SingleHeader: { Name: 'x-api-key' } },
        { SingleHeader: { Name: 'cookie' } },
        { SingleHeader: { Name: 'x-amz-security-token' } },
      ],
      LoggingFilter: { DefaultBehavior: 'DROP' },
    });
  });

  it('can be the limit for each address alone', () => {
    templateOf('waf without managed rules').hasResourceProperties('AWS::WAFv2::WebACL', {
      Rules: [Match.objectLike({ Name: 'RequestsPerIp' })],
    });
  });
});

describe('domain', () => {
  it('asks for certificates, and leaves no way around it', () => {
    const template = templateOf('domain');

    template.hasResourceProperties('AWS::ApiGateway::DomainName', {
      DomainName: 'wine.example.com',
      EndpointConfiguration: { Types: ['REGIONAL'], IpAddressType: 'dualstack' },
      SecurityPolicy: 'TLS_1_2',
      MutualTlsAuthentication: {
        TruststoreUri: 's3://trust/ca/store.pem',
        TruststoreVersion: 'abc',
      },
    });
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
  });

  it.each(['A', 'AAAA'])('gets its %s record by the id of the zone', (type) => {
    templateOf('domain').hasResourceProperties('AWS::Route53::RecordSet', {
      HostedZoneId: 'Z0123456789ABCDEFGHIJ',
      Name: Match.anyValue(),
      Type: type,
      AliasTarget: Match.objectLike({ DNSName: Match.anyValue() }),
    });
  });

  it('says where it must point when there is no zone', () => {
    const template = templateOf('domain without a zone');

    template.resourceCountIs('AWS::Route53::RecordSet', 0);
    template.hasOutput('DomainTarget', {});
    template.hasOutput('Url', {});
  });
});
