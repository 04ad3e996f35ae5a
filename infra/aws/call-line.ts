import type { EndpointAuth } from './constructs/endpoint-auth.ts';

export interface CallLineOptions {
  readonly url: string;
  readonly auth: EndpointAuth;
  readonly apiKeyId: string | undefined;
  readonly region: string;
  /** Whether clients must show a certificate. */
  readonly mutualTls: boolean;
}

/** A line for a shell that asks the endpoint, with the model's own input example as the body. */
export function callLine(options: CallLineOptions): string {
  return [
    `curl ${options.url}invocations`,
    ...credentials(options),
    ...(options.mutualTls ? ['--cert client.pem --key client.key'] : []),
    "-H 'content-type: application/json' -d @serving_input_example.json",
  ].join(' ');
}

function credentials({ auth, apiKeyId, region }: CallLineOptions): string[] {
  if (auth === 'none') return [];
  const lines: string[] = [];
  if (apiKeyId !== undefined) {
    lines.push(
      `-H "x-api-key: $(aws apigateway get-api-key --api-key ${apiKeyId} --include-value --query value --output text)"`,
    );
  }
  if (auth.iam) {
    lines.push(
      `--aws-sigv4 aws:amz:${region}:execute-api --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN"`,
    );
  }
  if (auth.cognito) lines.push('-H "authorization: $TOKEN"');
  if (auth.jwt) lines.push('-H "authorization: Bearer $TOKEN"');
  if (auth.lambda) {
    lines.push(`-H "${(auth.lambda.identityHeader ?? 'Authorization').toLowerCase()}: $TOKEN"`);
  }
  return lines;
}
