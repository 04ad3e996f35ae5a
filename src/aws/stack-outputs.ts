import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { describeFailure } from './describe-failure.ts';
import { sdkOptions } from './sdk-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The outputs of a stack that was deployed, by their names.
 *
 * @param environment see `sdkOptions`; `AWS_ENDPOINT_URL_CLOUDFORMATION` names another server
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when there is no such stack, PERMISSION_DENIED …
 */
export async function readStackOutputs(
  stackName: string,
  environment: Environment,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ReadonlyMap<string, string>> {
  const options = sdkOptions(environment);
  const client = new CloudFormationClient(options);
  const command = new DescribeStacksCommand({ StackName: stackName });
  const place = `stack ${stackName} (${options.region})`;
  try {
    const { Stacks } = await client.send(command, { ...(signal && { abortSignal: signal }) });
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return new Map(
      outputs.flatMap(({ OutputKey, OutputValue }) =>
        OutputKey && OutputValue ? [[OutputKey, OutputValue]] : [],
      ),
    );
  } catch (error) {
    throw describeFailure(missingStack(error), {
      place,
      permission: 'cloudformation:DescribeStacks',
    });
  }
}

/** CloudFormation says it in words only. */
function missingStack(error: unknown): unknown {
  if (error instanceof Error && /does not exist$/.test(error.message)) {
    error.name = 'StackDoesNotExist';
  }
  return error;
}
