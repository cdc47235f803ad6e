@description('The data-plane roles of one principal, each at the narrowest scope that works.')
param principalId string

@description('Known before the deployment (identity name or object id): it seeds the assignment names, which what-if must be able to compute.')
param assignmentSeed string
param principalType 'ServicePrincipal' | 'User' | 'Group'
param eventHubNamespaceName string = ''
param receiveFromHubs string[] = []
param sendToHubs string[] = []

@description('The account the Functions host keeps its leases, checkpoints and app package in.')
param hostStorageAccountName string = ''

@description('Account and container that the principal uploads the app package to.')
param packageAccountName string = ''
param packageContainer string = ''
param dataStorageAccountName string = ''
param writeContainers string[] = []
param readContainers string[] = []
param tableAccess 'none' | 'read' | 'write' = 'none'

@description('Component to send telemetry to.')
param applicationInsightsName string = ''

var roles = {
  eventHubsDataReceiver: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
  eventHubsDataSender: '2b629674-e913-4c01-ae53-ef4638d8f975'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageBlobDataReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  storageTableDataReader: '76199698-9eea-4c19-bc75-cec21354c6b6'
}

resource ns 'Microsoft.EventHub/namespaces@2024-01-01' existing = if (!empty(eventHubNamespaceName)) {
  name: eventHubNamespaceName
}

resource receiveHub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' existing = [
  for hub in receiveFromHubs: { parent: ns, name: hub }
]

resource sendHub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' existing = [
  for hub in sendToHubs: { parent: ns, name: hub }
]

resource receiver 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (hub, i) in receiveFromHubs: {
    scope: receiveHub[i]
    name: guid(receiveHub[i].id, assignmentSeed, roles.eventHubsDataReceiver)
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.eventHubsDataReceiver)
    }
  }
]

resource sender 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (hub, i) in sendToHubs: {
    scope: sendHub[i]
    name: guid(sendHub[i].id, assignmentSeed, roles.eventHubsDataSender)
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.eventHubsDataSender)
    }
  }
]

resource hostStorage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = if (!empty(hostStorageAccountName)) {
  name: hostStorageAccountName
}

// The host creates its containers and its table of diagnostic events itself, hence the account as scope.
// It has no queue role: only blob triggers and queue triggers need one.
var hostRoles = empty(hostStorageAccountName) ? [] : [roles.storageBlobDataOwner, roles.storageTableDataContributor]

resource hostStorageRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in hostRoles: {
    scope: hostStorage
    name: guid(hostStorage.id, assignmentSeed, role)
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource packageAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = if (!empty(packageAccountName)) {
  name: packageAccountName

  resource blob 'blobServices' existing = {
    name: 'default'

    resource package 'containers' existing = { name: packageContainer }
  }
}

resource packageUploader 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(packageAccountName)) {
  scope: packageAccount::blob::package
  name: guid(packageAccount::blob::package.id, assignmentSeed, roles.storageBlobDataContributor)
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.storageBlobDataContributor
    )
  }
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = if (!empty(dataStorageAccountName)) {
  name: dataStorageAccountName

  resource blob 'blobServices' existing = {
    name: 'default'

    resource writable 'containers' existing = [for container in writeContainers: { name: container }]
    resource readable 'containers' existing = [for container in readContainers: { name: container }]
  }
}

resource blobContributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (container, i) in writeContainers: {
    scope: dataStorage::blob::writable[i]
    name: guid(dataStorage::blob::writable[i].id, assignmentSeed, roles.storageBlobDataContributor)
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles.storageBlobDataContributor
      )
    }
  }
]

resource blobReader 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (container, i) in readContainers: {
    scope: dataStorage::blob::readable[i]
    name: guid(dataStorage::blob::readable[i].id, assignmentSeed, roles.storageBlobDataReader)
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataReader)
    }
  }
]

var tableRole = tableAccess == 'write' ? roles.storageTableDataContributor : roles.storageTableDataReader

// The tables are the user's choice in streams.json and are created at first use, hence the account as scope.
resource tables 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (tableAccess != 'none') {
  scope: dataStorage
  name: guid(dataStorage.id, assignmentSeed, tableRole)
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', tableRole)
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = if (!empty(applicationInsightsName)) {
  name: applicationInsightsName
}

resource metricsPublisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(applicationInsightsName)) {
  scope: applicationInsights
  name: guid(applicationInsights.id, assignmentSeed, roles.monitoringMetricsPublisher)
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.monitoringMetricsPublisher
    )
  }
}
