/** One call of the Azure CLI; the words after `az`. */
export interface AzureStep {
  /** What it is for, in a few words. */
  readonly title: string;
  readonly args: readonly string[];
}

export interface AzureDeployment {
  readonly resourceGroup: string;
  /** Of the endpoint; the deployment is called the same. */
  readonly name: string;
  /** Where main.bicep lies. */
  readonly templatePath: string;
  readonly parametersPath: string;
  /** What `npm run build:azure` made, as the package ships it. */
  readonly packagePath: string;
}

/** Make or change everything that main.bicep describes. Prints the outputs as JSON. */
export const createResources = (deployment: AzureDeployment): AzureStep => ({
  title: 'make or change the resources',
  args: [
    ...['deployment', 'group', 'create'],
    ...['--resource-group', deployment.resourceGroup, '--name', deployment.name],
    ...['--template-file', deployment.templatePath],
    ...['--parameters', `@${deployment.parametersPath}`],
    ...['--query', 'properties.outputs', '--output', 'json'],
  ],
});

/** Ask for one of the outputs of the last deployment. */
export const readOutput = (
  { resourceGroup, name }: AzureDeployment,
  output: string,
): AzureStep => ({
  title: `ask for ${output}`,
  args: [
    ...['deployment', 'group', 'show', '--resource-group', resourceGroup, '--name', name],
    ...['--query', `properties.outputs.${output}.value`, '--output', 'tsv'],
  ],
});

/** Bring the program into the function app. */
export const uploadPackage = (
  { resourceGroup, packagePath }: AzureDeployment,
  functionApp: string,
): AzureStep => ({
  title: 'upload the program',
  args: [
    ...['functionapp', 'deployment', 'source', 'config-zip'],
    ...['--resource-group', resourceGroup, '--name', functionApp, '--src', packagePath],
  ],
});

/** Print the key that callers send in the header `x-functions-key`. */
export const readKey = ({ resourceGroup }: AzureDeployment, functionApp: string): AzureStep => ({
  title: 'ask for the key of callers',
  args: [
    ...['functionapp', 'keys', 'list', '--resource-group', resourceGroup, '--name', functionApp],
    ...['--query', 'functionKeys.default', '--output', 'tsv'],
  ],
});

/** Ask for the vault that keeps a secret: its name is unique in the world. */
export const findVault = (vault: string): AzureStep => ({
  title: `ask for the vault ${vault}`,
  args: ['keyvault', 'show', '--name', vault, '--query', 'id', '--output', 'tsv'],
});

/** Let the function app read one secret; a second time changes nothing. */
export const allowReadingSecret = (
  principalId: string,
  vaultId: string,
  name: string,
): AzureStep => ({
  title: `let the function app read the secret ${name}`,
  args: [
    ...['role', 'assignment', 'create', '--role', 'Key Vault Secrets User'],
    ...['--assignee-object-id', principalId, '--assignee-principal-type', 'ServicePrincipal'],
    ...['--scope', `${vaultId}/secrets/${name}`],
  ],
});

/** Let whoever is signed in publish models; once. */
export const allowPublishing = (principalId: string, modelsScope: string): AzureStep => ({
  title: 'let yourself publish models (once)',
  args: [
    ...['role', 'assignment', 'create', '--role', 'Storage Blob Data Contributor'],
    ...['--assignee', principalId, '--scope', modelsScope],
  ],
});
