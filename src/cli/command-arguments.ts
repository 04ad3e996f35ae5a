import { InvalidArgumentError, Option } from 'commander';

export const modelOption = (): Option =>
  new Option('-m, --model-uri <uri>', 'the model (default: MLFLOW_SERVERLESS_MODEL_URI)');

export const registryOption = (): Option =>
  new Option(
    '--registry-uri <uri>',
    'the registry (default: MLFLOW_REGISTRY_URI, MLFLOW_TRACKING_URI)',
  );

export const endpointFileOption = (): Option =>
  new Option(
    '-c, --config <file>',
    'an endpoint file; options and variables win over it (default: endpoint.yaml, when no model is named)',
  );

/** Turns the text of an option into its value; what it cannot read is wrong usage. */
export const checked =
  <T>(parse: (text: string) => T | undefined, expected: string) =>
  (text: string): T => {
    const value = parse(text);
    if (value === undefined) throw new InvalidArgumentError(`Expected ${expected}.`);
    return value;
  };
