import { type Command, InvalidArgumentError, Option } from 'commander';

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

/** Of commands that may run a model's own Python code. */
export const addPythonOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--runtime <runtime>',
        'what computes the answers; auto: ONNX Runtime for ONNX models, else Python (default: MLFLOW_SERVERLESS_RUNTIME or auto)',
      ).choices(['auto', 'node', 'python']),
    )
    .addOption(trustOption())
    .addOption(environmentManagerOption());

export const trustOption = (): Option =>
  new Option(
    '--trust <place>',
    'a registry, an s3:// or wasbs:// prefix or a folder whose models may run their own Python code; repeatable (and MLFLOW_SERVERLESS_PYTHON_TRUST)',
  ).argParser((place: string, before: string[] | undefined) => [...(before ?? []), place]);

export const environmentManagerOption = (): Option =>
  new Option(
    '--env-manager <tool>',
    "what makes the model's Python environment; local: take the python3 of the PATH (default: uv, fetched where it is missing, else virtualenv)",
  ).choices(['uv', 'virtualenv', 'local']);

/** Of commands that may convert a model. */
export const checkOption = (): Option =>
  new Option(
    '--check <file>',
    'rows of your own to compare a converted model on: CSV or Parquet; repeatable',
  ).argParser((file: string, before: string[] | undefined) => [...(before ?? []), file]);

export const DRIFT_OPTION = [
  '--allow-drift',
  'take a converted model even if numbers or labels differ; other statuses or structures are never taken',
] as const;

/** Turns the text of an option into its value; what it cannot read is wrong usage. */
export const checked =
  <T>(parse: (text: string) => T | undefined, expected: string) =>
  (text: string): T => {
    const value = parse(text);
    if (value === undefined) throw new InvalidArgumentError(`Expected ${expected}.`);
    return value;
  };
