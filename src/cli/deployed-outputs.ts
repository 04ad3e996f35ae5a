import type { EndpointFile } from '../config/endpoint-schema.ts';
import { ServingError } from '../errors.ts';

/**
 * Reads outputs of the stack that an endpoint file was deployed as; AWS is asked once.
 *
 * @param path of the file, for messages
 * @throws {ServingError} as `readStackOutputs`; what is returned throws RESOURCE_DOES_NOT_EXIST for an output that the stack lacks
 */
export async function openDeployedOutputs(
  { name }: Pick<EndpointFile, 'name'>,
  path: string,
): Promise<(output: string) => string> {
  const { readStackOutputs } = await import('../aws/stack-outputs.ts');
  const outputs = await readStackOutputs(name, process.env);
  return (output) => {
    const found = outputs.get(output);
    if (found !== undefined) return found;
    throw new ServingError(
      'RESOURCE_DOES_NOT_EXIST',
      `stack ${name} has no output ${output}: deploy ${path} with its batch section first`,
    );
  };
}
