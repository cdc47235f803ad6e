import { namespaceConfig } from '../types.bicep'

param displayName string
param location string
param tags object
param logAnalyticsId string

@description('For the estimate of costs: the tier, and the units that are paid.')
param eventHubs namespaceConfig

// Auto-inflate does not go back down: once it has been needed, its ceiling is what is paid.
var paidUnits = eventHubs.tier == 'Standard'
  ? max(eventHubs.capacity, eventHubs.maximumThroughputUnits)
  : eventHubs.capacity
var values = {
  __LOG_ANALYTICS_ID__: logAnalyticsId
  __HUB_TIER__: eventHubs.tier
  __HUB_UNITS__: string(paidUnits)
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, displayName)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    sourceId: logAnalyticsId
    serializedData: reduce(
      items(values),
      loadTextContent('../workbooks/ingestion.workbook.json'),
      (text, value) => replace(text, value.key, value.value)
    )
  }
}
