// Rates for each caller, in front of the function app: API Management, in the tier that costs by the call.
param name string
param location string
param functionAppName string
param endpointUrl string
param publisherEmail string
param requestsPerMinute int
param corsOrigins array
param tags object

var protocols = 'Microsoft.WindowsAzure.ApiManagement.Gateway.Security'
// Answers what browsers ask first, and the function app, which would do it a second time, does not see the origin.
var allowedOrigins = '<origin>${join(corsOrigins, '</origin><origin>')}</origin>'
var crossOrigin = empty(corsOrigins) ? '' : '<cors><allowed-origins>${allowedOrigins}</allowed-origins><allowed-methods preflight-result-max-age="3600"><method>GET</method><method>POST</method></allowed-methods><allowed-headers><header>*</header></allowed-headers><expose-headers><header>x-mlflow-model-name</header><header>x-mlflow-model-version</header></expose-headers></cors><set-header name="origin" exists-action="delete" />'
var policy = '<policies><inbound><base />${crossOrigin}<rate-limit calls="${requestsPerMinute}" renewal-period="60" remaining-calls-header-name="x-ratelimit-remaining" retry-after-header-name="retry-after" /><set-header name="x-functions-key" exists-action="override"><value>{{function-key}}</value></set-header></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>'

// Its own key, which callers never see.
var hostKeys = '${resourceId('Microsoft.Web/sites', functionAppName)}/host/default'

resource service 'Microsoft.ApiManagement/service@2022-08-01' = {
  // checkov:skip=CKV_AZURE_107: the tier that costs by the call has no network of its own
  // checkov:skip=CKV_AZURE_174: the endpoint is public, behind the keys of callers
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Consumption'
    capacity: 0
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    publisherEmail: publisherEmail
    publisherName: name
    customProperties: {
      '${protocols}.Protocols.Tls10': 'False'
      '${protocols}.Protocols.Tls11': 'False'
      '${protocols}.Backend.Protocols.Tls10': 'False'
      '${protocols}.Backend.Protocols.Tls11': 'False'
    }
  }
}

resource functionKey 'Microsoft.ApiManagement/service/namedValues@2022-08-01' = {
  parent: service
  name: 'function-key'
  properties: {
    displayName: 'function-key'
    secret: true
    value: listKeys(hostKeys, '2024-04-01').functionKeys.default
  }
}

resource api 'Microsoft.ApiManagement/service/apis@2022-08-01' = {
  parent: service
  name: 'endpoint'
  properties: {
    displayName: name
    path: ''
    protocols: [
      'https'
    ]
    serviceUrl: endpointUrl
    subscriptionRequired: true
    subscriptionKeyParameterNames: {
      header: 'x-api-key'
      query: 'api-key'
    }
  }
}

resource invocations 'Microsoft.ApiManagement/service/apis/operations@2022-08-01' = {
  parent: api
  name: 'post'
  properties: {
    displayName: 'predictions'
    method: 'POST'
    urlTemplate: '/*'
  }
}

resource questions 'Microsoft.ApiManagement/service/apis/operations@2022-08-01' = {
  parent: api
  name: 'get'
  properties: {
    displayName: 'ping, health and version'
    method: 'GET'
    urlTemplate: '/*'
  }
}

resource rates 'Microsoft.ApiManagement/service/apis/policies@2022-08-01' = {
  parent: api
  name: 'policy'
  dependsOn: [
    functionKey
  ]
  properties: {
    format: 'rawxml'
    value: policy
  }
}

resource callers 'Microsoft.ApiManagement/service/subscriptions@2022-08-01' = {
  parent: service
  name: 'callers'
  properties: {
    displayName: 'callers'
    scope: '/apis/${api.name}'
    state: 'active'
  }
}

output url string = service.properties.gatewayUrl
