// The function app on the Flex Consumption plan: nothing runs, and nothing costs, while nobody calls.
param name string
param location string
param identityId string
param identityClientId string
param hostStorageName string
param packageUrl string
param insightsConnection string
param instanceMemoryMiB int
param maximumInstances int
param alwaysReadyInstances int
param requestsPerInstance int
param subnetId string
param authLevel string
param entraTenantId string
param entraClientId string
param entraAllowedApplications array
param corsOrigins array
param modelUri string
param registryUri string
param hasEvents bool
param batchSettings object
param settings object
param tags object

var hasSignIn = !empty(entraTenantId)

// What the program reads; the last ones win: what endpoint.yaml says.
var programSettings = {
  MLFLOW_SERVERLESS_MODEL_URI: modelUri
  MLFLOW_REGISTRY_URI: registryUri
  MLFLOW_SERVERLESS_AUTH_LEVEL: authLevel
  MLFLOW_SERVERLESS_CACHE_DIR: '/tmp/mlflow-serverless'
  MLFLOW_SERVERLESS_HTTP_STREAMS: 'true'
  AZURE_CLIENT_ID: identityClientId
}

// MLflow is followed into the registry that is served.
var followingSettings = hasEvents ? {
  MLFLOW_SERVERLESS_PUBLISH_TO: registryUri
} : {}

// What the host reads: which account is its own, and by which identity it goes there.
var hostSettings = {
  AzureWebJobsStorage__accountName: hostStorageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  // checkov:skip=CKV_AZURE_225: Flex Consumption spreads instances by itself; zones are a paid option
  // checkov:skip=CKV_AZURE_212: instances come with requests; alwaysReadyInstances keeps some
  // checkov:skip=CKV_AZURE_211: Flex Consumption is a plan for production, which this rule does not know
  name: '${name}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  // checkov:skip=CKV_AZURE_213: an instance that cannot have its model answers 503 itself, and scales to zero
  // checkov:skip=CKV_AZURE_17: callers have keys or tokens; certificates of clients are no part of it
  // checkov:skip=CKV_AZURE_221: the endpoint is public, behind keys or sign-in
  // checkov:skip=CKV_AZURE_222: the endpoint is public, behind keys or sign-in
  // checkov:skip=CKV_AZURE_212: instances come with requests; alwaysReadyInstances keeps some
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      cors: {
        allowedOrigins: corsOrigins
      }
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '22'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMiB
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances == 0 ? [] : [
          {
            name: 'http'
            instanceCount: alwaysReadyInstances
          }
        ]
        triggers: {
          http: {
            perInstanceConcurrency: requestsPerInstance
          }
        }
      }
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  // checkov:skip=CKV_AZURE_13: this is a part of the app's settings; sign-in is authsettingsV2, below, or keys
  // checkov:skip=CKV_AZURE_63: Flex Consumption has no HTTP log of the web server; Application Insights has every request
  // checkov:skip=CKV_AZURE_65: the same
  // checkov:skip=CKV_AZURE_66: the same
  // checkov:skip=CKV_AZURE_80: it is Node, not .NET
  // checkov:skip=CKV_AZURE_88: Flex Consumption has no file share; the package lies in a container
  // checkov:skip=CKV_AZURE_222: the endpoint is public, behind keys or sign-in
  parent: app
  name: 'appsettings'
  properties: union(programSettings, followingSettings, batchSettings, settings, hostSettings)
}

// Easy Auth: the platform checks tokens of Entra ID before a function is called.
resource signIn 'Microsoft.Web/sites/config@2024-04-01' = if (hasSignIn) {
  // checkov:skip=CKV_AZURE_70: requireHttps is set below; the rule cannot read a resource with a condition
  // checkov:skip=CKV_AZURE_13: this is a part of the app's settings; sign-in is authsettingsV2, below, or keys
  // checkov:skip=CKV_AZURE_63: Flex Consumption has no HTTP log of the web server; Application Insights has every request
  // checkov:skip=CKV_AZURE_65: the same
  // checkov:skip=CKV_AZURE_66: the same
  // checkov:skip=CKV_AZURE_80: it is Node, not .NET
  // checkov:skip=CKV_AZURE_88: Flex Consumption has no file share; the package lies in a container
  // checkov:skip=CKV_AZURE_222: the endpoint is public, behind keys or sign-in
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      // MLflow signs what it sends to this one; it has no token.
      excludedPaths: ['/registry-events']
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: entraClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${entraTenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [
            entraClientId
            'api://${entraClientId}'
          ]
          defaultAuthorizationPolicy: empty(entraAllowedApplications) ? {} : {
            allowedApplications: entraAllowedApplications
          }
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}

// Passwords of FTP and of deployment are no way in.
resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
