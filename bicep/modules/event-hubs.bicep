import { hubConfig, namespaceConfig } from '../types.bicep'

param name string
param location string
param tags object
param namespace namespaceConfig
param hubs hubConfig[]
param zoneRedundant bool
param publicNetworkAccess bool

@description('IPv4 addresses or ranges that may connect; none with public access means all.')
param allowedIpCidrs string[]
param captureStorageAccountId string

@description('Holds Storage Blob Data Contributor on the capture containers already: a system-assigned identity could not before the namespace exists. Empty without Capture.')
param captureIdentityId string
param logAnalyticsId string

var maximumThroughputUnits = namespace.tier == 'Standard' ? namespace.maximumThroughputUnits : 0

var consumerGroups = flatten(map(
  range(0, length(hubs)),
  i => map(hubs[i].consumerGroups, group => { hub: i, name: group })
))

resource ns 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: namespace.tier
    tier: namespace.tier
    capacity: namespace.capacity
  }
  identity: empty(captureIdentityId)
    ? null
    : {
        type: 'UserAssigned'
        userAssignedIdentities: { '${captureIdentityId}': {} }
      }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    zoneRedundant: zoneRedundant
    publicNetworkAccess: publicNetworkAccess ? 'Enabled' : 'Disabled'
    isAutoInflateEnabled: maximumThroughputUnits > 0
    maximumThroughputUnits: maximumThroughputUnits
  }
}

resource networkRules 'Microsoft.EventHub/namespaces/networkRuleSets@2024-01-01' = {
  parent: ns
  name: 'default'
  properties: {
    publicNetworkAccess: publicNetworkAccess ? 'Enabled' : 'Disabled'
    // IoT Hub routing with an identity comes in this way.
    trustedServiceAccessEnabled: true
    defaultAction: publicNetworkAccess && empty(allowedIpCidrs) ? 'Allow' : 'Deny'
    ipRules: [for cidr in allowedIpCidrs: { action: 'Allow', ipMask: cidr }]
  }
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = [
  for h in hubs: {
    parent: ns
    name: h.name
    properties: {
      partitionCount: h.partitionCount
      retentionDescription: {
        cleanupPolicy: 'Delete'
        retentionTimeInHours: h.retentionHours
      }
      captureDescription: h.?capture == null
        ? null
        : {
            enabled: true
            encoding: 'Avro'
            intervalInSeconds: h.capture!.intervalSeconds
            sizeLimitInBytes: h.capture!.sizeLimitBytes
            skipEmptyArchives: true
            destination: {
              name: 'EventHubArchive.AzureBlockBlob'
              identity: { type: 'UserAssigned', userAssignedIdentity: captureIdentityId }
              properties: {
                storageAccountResourceId: captureStorageAccountId
                blobContainer: h.capture!.containerName
                archiveNameFormat: '{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}'
              }
            }
          }
    }
  }
]

resource consumerGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = [
  for group in consumerGroups: {
    parent: hub[group.hub]
    name: group.name
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: ns
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = ns.id
output fullyQualifiedNamespace string = split(split(ns.properties.serviceBusEndpoint, '://')[1], ':')[0]
