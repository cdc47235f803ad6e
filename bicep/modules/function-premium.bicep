import { appSetting, premiumScaleConfig } from '../types.bicep'

param planName string
param name string

@description('azd service name; becomes the tag azd-service-name, by which azd finds the app.')
param serviceName string
param location string
param tags object
param scale premiumScaleConfig
param runtimeVersion '10.0'
param identityId string

@description('Blob URL of the app package, which identityId reads.')
param packageUrl string
param appSettings appSetting[]

@description('Subnet delegated to Microsoft.Web/serverFarms; empty: no virtual network.')
param subnetId string

@description('Needs at least three instances.')
param zoneRedundant bool
param logAnalyticsId string

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'elastic'
  sku: { name: scale.sku, tier: 'ElasticPremium', capacity: scale.minimumInstanceCount }
  properties: {
    reserved: true
    elasticScaleEnabled: true
    maximumElasticWorkerCount: scale.maximumInstanceCount
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      linuxFxVersion: 'DOTNET-ISOLATED|${runtimeVersion}'
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      minimumElasticInstanceCount: scale.minimumInstanceCount
      functionAppScaleLimit: scale.maximumInstanceCount
      // Behind private endpoints the scale controller cannot see the backlog; the runtime can.
      functionsRuntimeScaleMonitoringEnabled: !empty(subnetId)
      vnetRouteAllEnabled: !empty(subnetId)
      appSettings: concat(appSettings, [
        { name: 'FUNCTIONS_EXTENSION_VERSION', value: '~4' }
        { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'dotnet-isolated' }
        // No Azure Files share: it takes account keys only, and there are none. Without it the package must come from a container.
        { name: 'WEBSITE_RUN_FROM_PACKAGE', value: packageUrl }
        { name: 'WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID', value: identityId }
      ])
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource planDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: plan
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
