param displayName string
param location string
param tags object
param logAnalyticsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, displayName)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    sourceId: logAnalyticsId
    serializedData: replace(
      loadTextContent('../workbooks/ingestion.workbook.json'),
      '__LOG_ANALYTICS_ID__',
      logAnalyticsId
    )
  }
}
