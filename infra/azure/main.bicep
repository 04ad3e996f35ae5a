// One endpoint of mlflow-serverless on Azure: `mlflow-serverless deploy azure` fills the parameters from endpoint.yaml.
// Nothing here holds a key: every access is a role of one identity, at the smallest scope there is.
targetScope = 'resourceGroup'

@description('Names the function app and what is in it: lower-case letters, digits and "-".')
@minLength(1)
@maxLength(40)
param name string

@description('Where everything is made.')
param location string = resourceGroup().location

@description('models:/<name>@<alias>, models:/<name>/<version> or models:/<name>/<stage>.')
param modelUri string

@description('Folder of the published registry in its container.')
param registryPrefix string = 'registry'

@description('Memory of an instance, MiB; 2,048 comes with one vCPU.')
@allowed([512, 2048, 4096])
param instanceMemoryMiB int = 2048

@description('At most so many instances.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 100

@description('Instances that are never stopped; they cost money while idle.')
@minValue(0)
@maxValue(1000)
param alwaysReadyInstances int = 0

@description('Requests that one instance gets at once.')
@minValue(1)
@maxValue(1000)
param requestsPerInstance int = 64

@description('A subnet of an existing network, through which the function app reaches others; empty for none.')
param subnetId string = ''

@description('Which key callers send: function, or anonymous when somebody else checks them.')
@allowed(['anonymous', 'function'])
param authLevel string = 'function'

@description('Sign-in by Entra ID in front of the app (Easy Auth); empty for none.')
param entraTenantId string = ''

@description('The application (client) that tokens are for.')
param entraClientId string = ''

@description('Applications whose tokens are taken; none named: any of the tenant.')
param entraAllowedApplications array = []

@description('Pages of these origins may call from a browser; "*": any.')
param corsOrigins array = []

@description('Settings of the program, as in the table of README.md.')
param settings object = {}

@description('Whether files that are put into a container are scored.')
param hasBatch bool = false

@description('Of the files to score, in the account that is made here.')
param inputContainer string = 'batch-input'

@description('Of the results.')
param outputContainer string = 'batch-output'

@description('Who is told when a file could not be scored; empty: nobody.')
param alarmEmail string = ''

@description('Whether MLflow is followed: its webhooks move aliases, and versions are published.')
param hasEvents bool = false

@description('Who is written to about API Management, which limits rates; empty: there is none.')
param publisherEmail string = ''

@description('Of one key of API Management.')
@minValue(1)
param requestsPerMinute int = 600

@description('Days that the log is kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Days that overwritten and deleted models are kept.')
@minValue(1)
@maxValue(365)
param noncurrentDays int = 90

@description('Tags of everything.')
param tags object = {}

// Names of accounts are unique in the world, and have no hyphens.
var suffix = uniqueString(resourceGroup().id, name)
// 24 characters at most, of which 13 make them unique.
var shortName = take(replace(name, '-', ''), 9)
var hostStorageName = 'mh${shortName}${suffix}'
var dataStorageName = 'md${shortName}${suffix}'
var queueName = 'mlflow-serverless-batch'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity'
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: name
    location: location
    retentionDays: logRetentionDays
    principalId: identity.properties.principalId
    tags: tags
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  name: 'host-storage'
  params: {
    name: hostStorageName
    location: location
    principalId: identity.properties.principalId
    hasBatch: hasBatch
    queueName: queueName
    tags: tags
  }
}

module dataStorage 'modules/data-storage.bicep' = {
  name: 'data-storage'
  params: {
    name: dataStorageName
    location: location
    principalId: identity.properties.principalId
    noncurrentDays: noncurrentDays
    hasBatch: hasBatch
    hasEvents: hasEvents
    inputContainer: inputContainer
    outputContainer: outputContainer
    tags: tags
  }
}

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    name: '${name}-${suffix}'
    location: location
    identityId: identity.id
    identityClientId: identity.properties.clientId
    hostStorageName: hostStorage.outputs.name
    packageUrl: hostStorage.outputs.packageUrl
    insightsConnection: monitoring.outputs.connection
    instanceMemoryMiB: instanceMemoryMiB
    maximumInstances: maximumInstances
    alwaysReadyInstances: alwaysReadyInstances
    requestsPerInstance: requestsPerInstance
    subnetId: subnetId
    authLevel: authLevel
    entraTenantId: entraTenantId
    entraClientId: entraClientId
    entraAllowedApplications: entraAllowedApplications
    corsOrigins: corsOrigins
    modelUri: modelUri
    registryUri: 'wasbs://${dataStorage.outputs.registryContainer}@${dataStorage.outputs.blobHost}/${registryPrefix}'
    hasEvents: hasEvents
    batchSettings: hasBatch ? {
      MLFLOW_SERVERLESS_BATCH_INPUT: 'wasbs://${inputContainer}@${dataStorage.outputs.blobHost}'
      MLFLOW_SERVERLESS_BATCH_OUTPUT: 'wasbs://${outputContainer}@${dataStorage.outputs.blobHost}'
      BATCH_STORAGE__queueServiceUri: hostStorage.outputs.queueUrl
      BATCH_STORAGE__credential: 'managedidentity'
      BATCH_STORAGE__clientId: identity.properties.clientId
    } : {}
    settings: settings
    tags: tags
  }
}

module fileEvents 'modules/file-events.bicep' = if (hasBatch) {
  name: 'file-events'
  params: {
    name: '${name}-files'
    location: location
    dataStorageId: dataStorage.outputs.id
    hostStorageName: hostStorage.outputs.name
    inputContainer: inputContainer
    queueName: queueName
    tags: tags
  }
}

module alarm 'modules/alarm.bicep' = if (hasBatch && !empty(alarmEmail)) {
  name: 'alarm'
  params: {
    name: name
    location: location
    insightsId: monitoring.outputs.insightsId
    topicId: fileEvents.outputs.topicId
    queueName: queueName
    alarmEmail: alarmEmail
    tags: tags
  }
}

module apiManagement 'modules/api-management.bicep' = if (!empty(publisherEmail)) {
  name: 'api-management'
  params: {
    name: '${name}-api-${suffix}'
    location: location
    functionAppName: functionApp.outputs.name
    endpointUrl: functionApp.outputs.url
    publisherEmail: publisherEmail
    requestsPerMinute: requestsPerMinute
    corsOrigins: corsOrigins
    tags: tags
  }
}

@description('Name of the function app, for `az functionapp`.')
output functionAppName string = functionApp.outputs.name

@description('Where requests go.')
output endpointUrl string = functionApp.outputs.url

@description('Where models are published to.')
output registryUri string = 'wasbs://${dataStorage.outputs.registryContainer}@${dataStorage.outputs.blobHost}/${registryPrefix}'

@description('Scope of the role that whoever publishes models needs: Storage Blob Data Contributor.')
output modelsScope string = dataStorage.outputs.modelsId

@description('What the roles on secrets in Key Vault are given to: the identity of the function app.')
output principalId string = identity.properties.principalId

@description('What MLflow’s webhook is registered for; empty without events.')
output webhookUrl string = hasEvents ? '${functionApp.outputs.url}/registry-events' : ''

@description('Where files are put to be scored; empty without batch.')
output inputUri string = hasBatch ? 'wasbs://${inputContainer}@${dataStorage.outputs.blobHost}' : ''

@description('Where callers with rates go; empty without API Management.')
output apiUrl string = empty(publisherEmail) ? '' : apiManagement.outputs.url

@description('Queue of files that could not be scored, for `batch redrive`; empty without batch.')
output poisonQueueUrl string = hasBatch ? '${hostStorage.outputs.queueUrl}${queueName}-poison' : ''
