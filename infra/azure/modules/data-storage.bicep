// The account of what is yours: published models, files to score, results. Roles go to single containers.
param name string
param location string
param principalId string
param noncurrentDays int
param hasBatch bool
param hasEvents bool
param inputContainer string
param outputContainer string
param tags object

var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  // checkov:skip=CKV_AZURE_206: three copies in three zones; a second region is a choice of yours, and models can be published again
  // checkov:skip=CKV_AZURE_59: the functions of Flex Consumption without a network of their own reach it over its public endpoint; by roles only
  // checkov:skip=CKV_AZURE_35: the same; a network rule would shut the functions out
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: noncurrentDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: noncurrentDays
    }
  }
}

resource removeOldVersions 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'remove-old-versions'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: noncurrentDays
                }
              }
            }
          }
        }
      ]
    }
  }
}

resource models 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: 'models'
  properties: {
    publicAccess: 'None'
  }
}

resource input 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = if (hasBatch) {
  parent: blobs
  name: inputContainer
  properties: {
    publicAccess: 'None'
  }
}

resource results 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = if (hasBatch) {
  parent: blobs
  name: outputContainer
  properties: {
    publicAccess: 'None'
  }
}

// reason: models are read, never written, by what serves them
resource readModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(models.id, principalId, blobDataReader)
  scope: models
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataReader)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// reason: what follows MLflow publishes versions and moves aliases, by the same function app
resource publishModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (hasEvents) {
  name: guid(models.id, principalId, blobDataContributor)
  scope: models
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// reason: files are read, never changed
resource readInput 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (hasBatch) {
  name: guid(input.id, principalId, blobDataReader)
  scope: input
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataReader)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// reason: results, manifests and claims are written, and claims removed
resource writeResults 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (hasBatch) {
  name: guid(results.id, principalId, blobDataContributor)
  scope: results
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output id string = account.id
output name string = account.name
output blobHost string = '${account.name}.blob.${environment().suffixes.storage}'
output registryContainer string = models.name
output modelsId string = models.id
