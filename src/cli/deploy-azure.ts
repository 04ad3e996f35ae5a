import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { EndpointFile } from '../config/endpoint-schema.ts';
import { registrySettings, type VaultSecret, vaultSecrets } from '../deploy/azure-following.ts';
import { azureNotes, azureParameters } from '../deploy/azure-parameters.ts';
import {
  type AzureDeployment,
  type AzureStep,
  allowPublishing,
  allowReadingSecret,
  createResources,
  findVault,
  readKey,
  readOutput,
  uploadPackage,
} from '../deploy/azure-steps.ts';
import { runAz } from '../deploy/run-az.ts';
import { ServingError } from '../errors.ts';
import { packageDirectory } from '../package-directory.ts';
import { parseModelUri } from '../registry/model-uri.ts';
import { shellWord } from '../shell-word.ts';
import { findEndpointFile, readCommandFile } from './endpoint-file.ts';
import { EXIT, UsageError } from './failure.ts';
import { fileProblem } from './file-problem.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface DeployAzureOptions {
  readonly resourceGroup: string;
  readonly config?: string;
  readonly parameters: string;
  readonly run?: boolean;
}

interface Plan {
  readonly deployment: AzureDeployment;
  /** The commands that publish to a registry; its URI as a shell reads it. */
  readonly publishing: (registry: string) => string[];
  readonly hasKey: boolean;
  readonly secrets: readonly VaultSecret[];
}

/** Print the commands that deploy an endpoint file to Azure, or run them one after the other. */
export async function deployAzure(options: DeployAzureOptions): Promise<number> {
  const path = findEndpointFile(options.config);
  if (path === undefined) {
    throw new UsageError('there is no endpoint.yaml here; name the endpoint file with -c');
  }
  const file = await readCommandFile(path);
  const parameters = azureParameters(file);
  const deployment = locate(options, file.name);
  try {
    writeFileSync(options.parameters, `${JSON.stringify(parameters, null, 2)}\n`);
  } catch (error) {
    throw fileProblem('write', options.parameters, error);
  }
  for (const note of azureNotes(file)) process.stderr.write(`mlflow-serverless: ${note}\n`);
  const hasKey = parameters.parameters['authLevel']?.value === 'function';
  const plan = {
    ...{ deployment, hasKey, secrets: vaultSecrets(file) },
    publishing: publishLines(file),
  };
  if (options.run === true) await runSteps(plan);
  else process.stdout.write(script(plan));
  return EXIT.ok;
}

/** Where the template and the program lie in this package, as seen from here. */
function locate({ resourceGroup, parameters }: DeployAzureOptions, name: string): AzureDeployment {
  const root = packageDirectory();
  const packagePath = join(root, 'dist', 'azure-x64.zip');
  if (!existsSync(packagePath)) {
    throw new ServingError(
      'RESOURCE_DOES_NOT_EXIST',
      `${packagePath} is not there: in a clone, run "npm run build:azure" first`,
    );
  }
  const here = (path: string): string => relative('.', path) || '.';
  return {
    resourceGroup,
    name,
    templatePath: here(join(root, 'infra', 'azure', 'main.bicep')),
    parametersPath: parameters,
    packagePath: here(packagePath),
  };
}

/** A script for a shell: what one line finds out, the next ones use. */
function script({ deployment, publishing, hasKey, secrets }: Plan): string {
  const variable = (name: string, step: AzureStep): string => `${name}=$(${line(step)})`;
  const output = (name: string, key: string): string => variable(name, readOutput(deployment, key));
  const me = '$(az ad signed-in-user show --query id --output tsv)';
  return [
    `# The parameters are in ${deployment.parametersPath}.`,
    line(createResources(deployment)),
    ...secretLines(secrets, output('IDENTITY', 'principalId')),
    output('APP', 'functionAppName'),
    line(uploadPackage(deployment, '$APP')),
    '',
    '# Let yourself publish models (once), and publish one.',
    output('SCOPE', 'modelsScope'),
    line(allowPublishing(me, '$SCOPE')),
    output('REGISTRY', 'registryUri'),
    ...publishing('"$REGISTRY"'),
    '',
    ...(secrets.length > 0
      ? [
          '# Register this address with MLflow (docs/push.md).',
          line(readOutput(deployment, 'webhookUrl')),
          '',
        ]
      : []),
    '# Ask it.',
    output('URL', 'endpointUrl'),
    ...(hasKey ? [variable('KEY', readKey(deployment, '$APP'))] : []),
    askLine('"$URL"', hasKey ? '$KEY' : undefined),
    '',
  ].join('\n');
}

/** Before the program comes, which reads them. */
const secretLines = (secrets: readonly VaultSecret[], identity: string): string[] =>
  secrets.length === 0
    ? []
    : [
        '',
        '# Let the function app read the secrets (once).',
        identity,
        ...secrets.flatMap(({ vault, name }) => [
          `VAULT=$(${line(findVault(vault))})`,
          line(allowReadingSecret('$IDENTITY', '$VAULT', name)),
        ]),
        '',
      ];

async function runSteps({ deployment, publishing, hasKey, secrets }: Plan): Promise<void> {
  const signal = untilInterrupted('what az has begun goes on in Azure; the same command continues');
  const say = (step: AzureStep): void => void process.stderr.write(`${line(step)}\n`);
  const run = (step: AzureStep): Promise<string> => {
    say(step);
    return runAz(step, signal);
  };
  const outputs = readOutputs(await run(createResources(deployment)));
  for (const { vault, name } of secrets) {
    const vaultId = (await run(findVault(vault))).trim();
    await run(allowReadingSecret(outputs.principalId, vaultId, name));
  }
  await run(uploadPackage(deployment, outputs.functionAppName));
  const key = hasKey ? line(readKey(deployment, outputs.functionAppName)) : undefined;
  process.stdout.write(
    [
      `${outputs.endpointUrl} is deployed. Publish a model, if that is not done:`,
      ...publishing(outputs.registryUri),
      'and ask it:',
      askLine(outputs.endpointUrl, key && `$(${key})`),
      ...(outputs.webhookUrl === ''
        ? []
        : [`Register ${outputs.webhookUrl} as a webhook with MLflow: docs/push.md says how.`]),
      '',
    ].join('\n'),
  );
}

interface Outputs {
  readonly functionAppName: string;
  readonly endpointUrl: string;
  readonly registryUri: string;
  readonly principalId: string;
  /** Empty without events. */
  readonly webhookUrl: string;
}

function readOutputs(text: string): Outputs {
  try {
    const found = JSON.parse(text) as Record<keyof Outputs, { value: string }>;
    return {
      functionAppName: found.functionAppName.value,
      endpointUrl: found.endpointUrl.value,
      registryUri: found.registryUri.value,
      principalId: found.principalId.value,
      webhookUrl: found.webhookUrl.value,
    };
  } catch (cause) {
    throw new ServingError(
      'INVALID_STATE',
      'az printed no outputs of the deployment; look at it in the portal, and run the same command again',
      { cause },
    );
  }
}

/** Variables and substitutions of the script stay what they are, in double quotes. */
const line = ({ args }: AzureStep): string =>
  ['az', ...args.map((word) => (/^\$/.test(word) ? `"${word}"` : shellWord(word)))].join(' ');

/** What publishes the model of the file, from the MLflow server that it names, if it does. */
const publishLines =
  (file: EndpointFile) =>
  (registry: string): string[] => {
    const uri = parseModelUri(file.model);
    const name = 'name' in uri ? uri.name : '';
    const version = shellWord(`models:/${name}/${uri.kind === 'version' ? uri.version : '1'}`);
    const settings = Object.entries(registrySettings(file));
    const lines = [
      ...settings.map(([variable, value]) => `export ${variable}=${shellWord(value)}`),
      `npx mlflow-serverless publish -m ${version} --to ${registry}`,
    ];
    if (uri.kind !== 'alias' && uri.kind !== 'stage') return lines;
    const pointer =
      uri.kind === 'alias' ? `--alias ${shellWord(uri.alias)}` : `--stage ${shellWord(uri.stage)}`;
    return [...lines, `npx mlflow-serverless promote ${version} ${pointer} --to ${registry}`];
  };

/** @param key stands in double quotes */
const askLine = (url: string, key: string | undefined): string =>
  `curl -i ${url}/ping${key === undefined ? '' : ` -H "x-functions-key: ${key}"`}`;
