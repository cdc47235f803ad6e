param name string
param location string
param tags object
@description('The Basic tier has no device twins to enrich from.')
param sku 'S1' | 'S2' | 'S3'

@minValue(1)
@maxValue(200)
param capacity int

@description('Holds Azure Event Hubs Data Sender on the device hub, and nothing else does.')
param routingIdentityId string
param eventHubsFullyQualifiedNamespace string
param deviceHubName string
param logAnalyticsId string

var endpointName = 'device-hub'

resource hub 'Microsoft.Devices/IotHubs@2023-06-30' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, capacity: capacity }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${routingIdentityId}': {} }
  }
  properties: {
    // Service operations with Microsoft Entra only; devices have their own keys or certificates.
    disableLocalAuth: true
    minTlsVersion: '1.2'
    // Devices connect from anywhere.
    publicNetworkAccess: 'Enabled'
    routing: {
      endpoints: {
        eventHubs: [
          {
            name: endpointName
            authenticationType: 'identityBased'
            identity: { userAssignedIdentity: routingIdentityId }
            endpointUri: 'sb://${eventHubsFullyQualifiedNamespace}'
            entityPath: deviceHubName
            subscriptionId: subscription().subscriptionId
            resourceGroup: resourceGroup().name
          }
        ]
      }
      routes: [
        {
          name: 'telemetry'
          source: 'DeviceMessages'
          condition: 'true'
          endpointNames: [endpointName]
          isEnabled: true
        }
        {
          name: 'lifecycle'
          source: 'DeviceLifecycleEvents'
          condition: 'true'
          endpointNames: [endpointName]
          isEnabled: true
        }
        {
          name: 'twin-changes'
          source: 'TwinChangeEvents'
          condition: 'true'
          endpointNames: [endpointName]
          isEnabled: true
        }
      ]
      // Keeps messages in the built-in endpoint should the routes above be switched off.
      fallbackRoute: {
        name: '$fallback'
        source: 'DeviceMessages'
        condition: 'true'
        endpointNames: ['events']
        isEnabled: true
      }
      enrichments: [
        { key: 'iothub', value: '$iothubname', endpointNames: [endpointName] }
        { key: 'site', value: '$twin.tags.site', endpointNames: [endpointName] }
        // What streams.json matches with "property:type".
        { key: 'type', value: '$twin.tags.type', endpointNames: [endpointName] }
      ]
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: hub
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output hostName string = hub.properties.hostName
