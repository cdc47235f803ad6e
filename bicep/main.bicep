targetScope = 'subscription'

import {
  alertThresholds
  appSetting
  budgetConfig
  flexScaleConfig
  hubConfig
  lifecycleConfig
  namespaceConfig
  premiumScaleConfig
  telemetryBudget
} from 'types.bicep'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment: names the resource group and seeds the names of the rest.')
param environmentName string

@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Object id of the person or pipeline that runs azd, which always fills in the one that is signed in. It uploads the package of Elastic Premium.')
param principalId string = ''
param principalType 'User' | 'ServicePrincipal' | 'Group' = 'User'

@description('Object id of whoever may send to the telemetry hub and read the data. Empty: the principal that runs azd; without one, nobody.')
param operatorId string = ''
param operatorType 'User' | 'ServicePrincipal' | 'Group' = 'User'

param hosting 'flex' | 'premium' = 'flex'
param flexScale flexScaleConfig = { maximumInstanceCount: 40, instanceMemoryMB: 2048, alwaysReady: [] }
param premiumScale premiumScaleConfig = { sku: 'EP1', minimumInstanceCount: 1, maximumInstanceCount: 4 }

param eventHubs namespaceConfig = { tier: 'Standard', capacity: 1, maximumThroughputUnits: 10 }

@description('The telemetry hub and the device hub must be among them; more may join.')
param hubs hubConfig[] = [
  { name: 'telemetry', partitionCount: 4, retentionHours: 72, consumerGroups: ['ingest', 'ingest-repair'] }
  { name: 'devices', partitionCount: 4, retentionHours: 72, consumerGroups: ['ingest', 'ingest-repair'] }
]

@description('Hub that SDK producers send to.')
param telemetryHubName string = 'telemetry'

@description('Hub that the IoT Hub alone sends to.')
param deviceHubName string = 'devices'
param consumerGroup string = 'ingest'

@description('Gap repair reads here: the readers of the trigger are exclusive in theirs.')
param repairConsumerGroup string = 'ingest-repair'

@description('Where a partition without progress begins.')
param start 'beginning' | 'now' = 'beginning'

param deployIotHub bool = false
param iotHubSku 'S1' | 'S2' | 'S3' = 'S1'

@minValue(1)
@maxValue(200)
param iotHubUnits int = 1

param lifecycle lifecycleConfig = {
  lakeCoolAfterDays: 30
  lakeDeleteAfterDays: 365
  quarantineDeleteAfterDays: 90
  captureDeleteAfterDays: 30
}

param zoneRedundant bool = false
param storageSku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS' = zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'

@description('Storage and Event Hubs are reachable from a virtual network alone.')
param privateNetworking bool = false
param networkAddressPrefix string = '10.20.0.0/16'

@description('IPv4 addresses or ranges that may connect to storage and Event Hubs; none means all. Without effect under private networking.')
param allowedIpCidrs string[] = []

@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Log Analytics ingestion cap in GB a day; -1 is no cap.')
@minValue(-1)
param logDailyQuotaGb int = -1

param alertEmails string[] = []

@description('More app settings: those that streams.json names as @Setting:NAME, secrets as Key Vault references; and Ingest__… options (docs/streams.md).')
param streamSettings appSetting[] = []

param thresholds alertThresholds = {
  backlogPercent: 20
  lagSeconds: 300
  throttledRequests: 0
  failedInvocations: 5
  quarantinedPerThousand: 10
  captureBacklog: 10000
}

@description('What telemetry of one instance may cost.')
param telemetry telemetryBudget = {
  bytesPerMinute: 256000
  bytesPerThousandEvents: 100
}
param budget budgetConfig?

var serviceName = 'ingest'
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var names = {
  applicationInsights: 'appi-${token}'
  captureIdentity: 'id-capture-${token}'
  dataStorage: 'stdata${token}'
  eventHubs: 'evhns-${token}'
  function: 'func-ingest-${token}'
  hostStorage: 'sthost${token}'
  ingestIdentity: 'id-ingest-${token}'
  iotHub: 'iot-${token}'
  iotHubIdentity: 'id-iot-hub-${token}'
  logAnalytics: 'log-${token}'
  network: 'vnet-${token}'
  plan: 'plan-${token}'
}
var packageContainer = 'app-package'
var packageName = 'ingest.zip'
var dataContainers = ['lake', 'quarantine']
var dataTables = ['IngestProgress', 'IngestQuarantine', 'IngestReplays']
var captureContainers = union([], map(filter(hubs, hub => hub.?capture != null), hub => hub.capture!.containerName))
var capturing = !empty(captureContainers)
var lifecycleRules = filter(
  concat(
    [
      {
        container: 'lake'
        coolAfterDays: lifecycle.?lakeCoolAfterDays
        deleteAfterDays: lifecycle.?lakeDeleteAfterDays
      }
      { container: 'quarantine', coolAfterDays: null, deleteAfterDays: lifecycle.?quarantineDeleteAfterDays }
    ],
    map(captureContainers, container => {
      container: container
      coolAfterDays: null
      deleteAfterDays: lifecycle.?captureDeleteAfterDays
    })
  ),
  rule => rule.coolAfterDays != null || rule.deleteAfterDays != null
)

var standardTier = eventHubs.tier == 'Standard'
var tooWide = filter(hubs, hub => standardTier && hub.partitionCount > 32)
var tooLong = filter(hubs, hub => standardTier && hub.retentionHours > 168)
var tooManyGroups = filter(hubs, hub => standardTier && length(hub.consumerGroups) > 19)
var telemetryHub = first(filter(hubs, hub => hub.name == telemetryHubName)) ?? fail('telemetryHubName names none of hubs.')
var deviceHub = first(filter(hubs, hub => hub.name == deviceHubName)) ?? fail('deviceHubName names none of hubs.')
var ingestedHubs = deployIotHub ? [telemetryHub, deviceHub] : [telemetryHub]
var withoutGroups = filter(
  ingestedHubs,
  hub => !contains(hub.consumerGroups, consumerGroup) || !contains(hub.consumerGroups, repairConsumerGroup)
)

// What one parameter's type cannot say about another; each stops the deployment before it begins.
var checkedHubs = !empty(tooWide)
  ? fail('Standard namespaces take at most 32 partitions a hub.')
  : !empty(tooLong)
      ? fail('Standard namespaces retain at most 168 hours.')
      : !empty(tooManyGroups)
          ? fail('Standard namespaces take at most 20 consumer groups a hub, $Default included.')
          : !empty(withoutGroups)
              ? fail('An ingested hub lacks consumerGroup or repairConsumerGroup.')
              : telemetryHubName == deviceHubName
                  ? fail('The telemetry hub and the device hub must differ: whoever may send to the first could pose as a device.')
                  : hubs
var partitions = reduce(map(ingestedHubs, hub => hub.partitionCount), 0, (sum, count) => sum + count)
var checkedFlexScale = hosting == 'flex' && flexScale.maximumInstanceCount < partitions + 2
  ? fail('flexScale.maximumInstanceCount is below the partitions of the ingested hubs + 2.')
  : flexScale
var checkedPremiumScale = hosting != 'premium'
  ? premiumScale
  : premiumScale.maximumInstanceCount > max(map(ingestedHubs, hub => hub.partitionCount))
      ? fail('premiumScale.maximumInstanceCount is above the partitions of each ingested hub.')
      : premiumScale.minimumInstanceCount > premiumScale.maximumInstanceCount
          ? fail('premiumScale.minimumInstanceCount is above maximumInstanceCount.')
          : zoneRedundant && premiumScale.minimumInstanceCount < 3
              ? fail('Zone redundancy on Elastic Premium takes at least three instances.')
              : premiumScale

resource rg 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  scope: rg
  params: {
    logAnalyticsName: names.logAnalytics
    applicationInsightsName: names.applicationInsights
    location: location
    tags: tags
    retentionInDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module ingestIdentity 'modules/identity.bicep' = {
  scope: rg
  name: 'identity-ingest'
  params: { name: names.ingestIdentity, location: location, tags: tags }
}

module captureIdentity 'modules/identity.bicep' = if (capturing) {
  scope: rg
  name: 'identity-capture'
  params: { name: names.captureIdentity, location: location, tags: tags }
}

module iotHubIdentity 'modules/identity.bicep' = if (deployIotHub) {
  scope: rg
  name: 'identity-iot-hub'
  params: { name: names.iotHubIdentity, location: location, tags: tags }
}

// Apart from the data: the host lists and leases here at a rate of its own, and needs wider roles.
module hostStorage 'modules/storage.bicep' = {
  scope: rg
  name: 'storage-host'
  params: {
    name: names.hostStorage
    location: location
    tags: tags
    sku: storageSku
    containers: [packageContainer]
    tables: []
    publicNetworkAccess: !privateNetworking
    allowedIpCidrs: allowedIpCidrs
    logAnalyticsId: monitoring.outputs.logAnalyticsId
  }
}

module dataStorage 'modules/storage.bicep' = {
  scope: rg
  name: 'storage-data'
  params: {
    name: names.dataStorage
    location: location
    tags: tags
    sku: storageSku
    containers: union(dataContainers, captureContainers)
    tables: dataTables
    lifecycleRules: lifecycleRules
    publicNetworkAccess: !privateNetworking
    allowedIpCidrs: allowedIpCidrs
    logAnalyticsId: monitoring.outputs.logAnalyticsId
  }
}

module captureRoles 'modules/role-assignments.bicep' = if (capturing) {
  scope: rg
  name: 'roles-capture'
  params: {
    principalId: captureIdentity!.outputs.principalId
    assignmentSeed: names.captureIdentity
    principalType: 'ServicePrincipal'
    dataStorageAccountName: names.dataStorage
    writeContainers: captureContainers
  }
  dependsOn: [dataStorage]
}

module namespace 'modules/event-hubs.bicep' = {
  scope: rg
  name: 'event-hubs'
  params: {
    name: names.eventHubs
    location: location
    tags: tags
    namespace: eventHubs
    hubs: checkedHubs
    zoneRedundant: zoneRedundant
    publicNetworkAccess: !privateNetworking
    allowedIpCidrs: allowedIpCidrs
    captureStorageAccountId: dataStorage.outputs.id
    captureIdentityId: capturing ? captureIdentity!.outputs.id : ''
    logAnalyticsId: monitoring.outputs.logAnalyticsId
  }
  dependsOn: [captureRoles]
}

module ingestRoles 'modules/role-assignments.bicep' = {
  scope: rg
  name: 'roles-ingest'
  params: {
    principalId: ingestIdentity.outputs.principalId
    assignmentSeed: names.ingestIdentity
    principalType: 'ServicePrincipal'
    eventHubNamespaceName: names.eventHubs
    receiveFromHubs: map(ingestedHubs, hub => hub.name)
    hostStorageAccountName: names.hostStorage
    dataStorageAccountName: names.dataStorage
    writeContainers: dataContainers
    tableAccess: 'write'
    applicationInsightsName: names.applicationInsights
  }
  dependsOn: [namespace, hostStorage, dataStorage, monitoring]
}

// The only sender on the device hub: device ids in system properties are believed there.
module iotHubRoles 'modules/role-assignments.bicep' = if (deployIotHub) {
  scope: rg
  name: 'roles-iot-hub'
  params: {
    principalId: iotHubIdentity!.outputs.principalId
    assignmentSeed: names.iotHubIdentity
    principalType: 'ServicePrincipal'
    eventHubNamespaceName: names.eventHubs
    sendToHubs: [deviceHubName]
  }
  dependsOn: [namespace]
}

var operator = empty(operatorId) ? { id: principalId, type: principalType } : { id: operatorId, type: operatorType }

module operatorRoles 'modules/role-assignments.bicep' = if (!empty(operator.id)) {
  scope: rg
  name: 'roles-operator'
  params: {
    principalId: operator.id
    assignmentSeed: operator.id
    principalType: operator.type
    eventHubNamespaceName: names.eventHubs
    sendToHubs: [telemetryHubName]
    dataStorageAccountName: names.dataStorage
    readContainers: dataContainers
    tableAccess: 'read'
  }
  dependsOn: [namespace, dataStorage]
}

// Elastic Premium runs from what is uploaded, by whoever runs azd; azd deploys to Flex Consumption by itself.
module deployerRoles 'modules/role-assignments.bicep' = if (hosting == 'premium' && !empty(principalId)) {
  scope: rg
  name: 'roles-deployer'
  params: {
    principalId: principalId
    assignmentSeed: principalId
    principalType: principalType
    packageAccountName: names.hostStorage
    packageContainer: packageContainer
  }
  dependsOn: [hostStorage]
}

module iotHub 'modules/iot-hub.bicep' = if (deployIotHub) {
  scope: rg
  params: {
    name: names.iotHub
    location: location
    tags: tags
    sku: iotHubSku
    capacity: iotHubUnits
    routingIdentityId: iotHubIdentity!.outputs.id
    eventHubsFullyQualifiedNamespace: namespace.outputs.fullyQualifiedNamespace
    deviceHubName: deviceHubName
    logAnalyticsId: monitoring.outputs.logAnalyticsId
  }
  dependsOn: [iotHubRoles]
}

module network 'modules/network.bicep' = if (privateNetworking) {
  scope: rg
  params: {
    name: names.network
    location: location
    tags: tags
    addressPrefix: networkAddressPrefix
    appDelegation: hosting == 'premium' ? 'Microsoft.Web/serverFarms' : 'Microsoft.App/environments'
    logAnalyticsId: monitoring.outputs.logAnalyticsId
  }
}

module dns 'modules/private-dns.bicep' = if (privateNetworking) {
  scope: rg
  params: {
    tags: tags
    networkId: network!.outputs.networkId
    zoneNames: [
      'privatelink.servicebus.windows.net'
      'privatelink.blob.${environment().suffixes.storage}'
      'privatelink.table.${environment().suffixes.storage}'
    ]
  }
}

var endpoints = [
  { name: 'event-hubs', group: 'namespace', zone: 0 }
  { name: 'host-blob', group: 'blob', zone: 1 }
  { name: 'host-table', group: 'table', zone: 2 }
  { name: 'data-blob', group: 'blob', zone: 1 }
  { name: 'data-table', group: 'table', zone: 2 }
]

module privateEndpoint 'modules/private-endpoint.bicep' = [
  for endpoint in endpoints: if (privateNetworking) {
    scope: rg
    name: 'private-endpoint-${endpoint.name}'
    params: {
      name: 'pe-${endpoint.name}-${token}'
      location: location
      tags: tags
      targetId: endpoint.group == 'namespace'
        ? namespace.outputs.id
        : startsWith(endpoint.name, 'host-') ? hostStorage.outputs.id : dataStorage.outputs.id
      groupId: endpoint.group
      subnetId: network!.outputs.privateEndpointSubnetId
      privateDnsZoneId: dns!.outputs.zoneIds[endpoint.zone]
    }
  }
]

var identityCredential = 'managedidentity'
var commonSettings = [
  { name: 'AzureWebJobsStorage__blobServiceUri', value: hostStorage.outputs.blobEndpoint }
  { name: 'AzureWebJobsStorage__tableServiceUri', value: hostStorage.outputs.tableEndpoint }
  { name: 'AzureWebJobsStorage__credential', value: identityCredential }
  { name: 'AzureWebJobsStorage__clientId', value: ingestIdentity.outputs.clientId }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: monitoring.outputs.connectionString }
  {
    name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
    value: 'ClientId=${ingestIdentity.outputs.clientId};Authorization=AAD'
  }
  { name: 'AZURE_CLIENT_ID', value: ingestIdentity.outputs.clientId }
  { name: 'EventHub__fullyQualifiedNamespace', value: namespace.outputs.fullyQualifiedNamespace }
  { name: 'EventHub__credential', value: identityCredential }
  { name: 'EventHub__clientId', value: ingestIdentity.outputs.clientId }
  { name: 'TelemetryHub', value: telemetryHubName }
  { name: 'DeviceHub', value: deployIotHub ? deviceHubName : '' }
  { name: 'ConsumerGroup', value: consumerGroup }
  { name: 'RepairConsumerGroup', value: repairConsumerGroup }
  { name: 'Data__blobServiceUri', value: dataStorage.outputs.blobEndpoint }
  { name: 'Data__tableServiceUri', value: dataStorage.outputs.tableEndpoint }
  { name: 'Data__credential', value: identityCredential }
  { name: 'Data__clientId', value: ingestIdentity.outputs.clientId }
  { name: 'Ingest__Streams', value: 'streams.json' }
  { name: 'Ingest__Start', value: start }
  { name: 'Ingest__Telemetry__BytesPerMinute', value: string(telemetry.bytesPerMinute) }
  { name: 'Ingest__Telemetry__BytesPerThousandEvents', value: string(telemetry.bytesPerThousandEvents) }
  // 16 MiB, not the size of the processor's cache: what a batch leaves behind is collected while it is small (decision 8).
  { name: 'DOTNET_GCgen0size', value: '0x1000000' }
]

// Without a hub the trigger of device events would keep the host from starting.
var switchedOff = deployIotHub ? [] : [{ name: 'AzureWebJobs.IngestDevices.Disabled', value: 'true' }]
var appSettings = concat(commonSettings, switchedOff, streamSettings)

module flex 'modules/function-flex.bicep' = if (hosting == 'flex') {
  scope: rg
  params: {
    planName: names.plan
    name: names.function
    serviceName: serviceName
    location: location
    tags: tags
    scale: checkedFlexScale
    runtimeVersion: '10.0'
    identityId: ingestIdentity.outputs.id
    deploymentContainerUrl: '${hostStorage.outputs.blobEndpoint}${packageContainer}'
    appSettings: appSettings
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    zoneRedundant: zoneRedundant
    logAnalyticsId: monitoring.outputs.logAnalyticsId
  }
  dependsOn: [ingestRoles, privateEndpoint]
}

module premium 'modules/function-premium.bicep' = if (hosting == 'premium') {
  scope: rg
  params: {
    planName: names.plan
    name: names.function
    serviceName: serviceName
    location: location
    tags: tags
    scale: checkedPremiumScale
    runtimeVersion: '10.0'
    identityId: ingestIdentity.outputs.id
    packageUrl: '${hostStorage.outputs.blobEndpoint}${packageContainer}/${packageName}'
    appSettings: appSettings
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    zoneRedundant: zoneRedundant
    logAnalyticsId: monitoring.outputs.logAnalyticsId
  }
  dependsOn: [ingestRoles, privateEndpoint]
}

module alerts 'modules/alerts.bicep' = {
  scope: rg
  params: {
    namePrefix: 'ingest-${environmentName}'
    location: location
    tags: tags
    emails: alertEmails
    thresholds: thresholds
    eventHubNamespaceId: namespace.outputs.id
    dataStorageAccountId: dataStorage.outputs.id
    logAnalyticsId: monitoring.outputs.logAnalyticsId
    watchCapture: capturing
  }
}

module costBudget 'modules/budget.bicep' = if (budget != null) {
  scope: rg
  name: 'budget'
  params: {
    name: 'budget-ingest-${environmentName}'
    budget: budget!
    actionGroupId: alerts.outputs.actionGroupId
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: rg
  params: {
    displayName: 'Ingestion (${environmentName})'
    location: location
    tags: tags
    logAnalyticsId: monitoring.outputs.logAnalyticsId
    eventHubs: eventHubs
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = rg.name
output APPLICATIONINSIGHTS_CONNECTION_STRING string = monitoring.outputs.connectionString
output EVENT_HUBS_NAMESPACE string = namespace.outputs.fullyQualifiedNamespace
output TELEMETRY_HUB string = telemetryHubName
output DEVICE_HUB string = deviceHubName
output CONSUMER_GROUP string = consumerGroup
output REPAIR_CONSUMER_GROUP string = repairConsumerGroup
output DATA_ACCOUNT string = names.dataStorage
output DATA_BLOB_ENDPOINT string = dataStorage.outputs.blobEndpoint
output DATA_TABLE_ENDPOINT string = dataStorage.outputs.tableEndpoint
output HOST_ACCOUNT string = names.hostStorage
output IOT_HUB_HOST_NAME string = iotHub.?outputs.?hostName ?? ''
output SERVICE_INGEST_NAME string = flex.?outputs.?name ?? premium.?outputs.?name ?? ''
output SERVICE_INGEST_URI string = flex.?outputs.?uri ?? premium.?outputs.?uri ?? ''
