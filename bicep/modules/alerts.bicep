import { alertThresholds } from '../types.bicep'

param namePrefix string
param location string
param tags object
param emails string[]
param thresholds alertThresholds
param eventHubNamespaceId string
param dataStorageAccountId string
param logAnalyticsId string

@description('Whether any hub has Capture; the metric has no values otherwise.')
param watchCapture bool

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'ingest'
    enabled: true
    emailReceivers: [
      for (email, i) in emails: {
        name: 'email-${i}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

var metricAlerts = concat(
  [
    {
      name: 'hub-throttled'
      description: 'Event Hubs turns requests away: more throughput or processing units are needed, or the auto-inflate ceiling is reached.'
      scope: eventHubNamespaceId
      namespace: 'Microsoft.EventHub/namespaces'
      metric: 'ThrottledRequests'
      dimensions: []
      threshold: thresholds.throttledRequests
      severity: 2
    }
    {
      name: 'hub-server-errors'
      description: 'Event Hubs answers with errors of its own.'
      scope: eventHubNamespaceId
      namespace: 'Microsoft.EventHub/namespaces'
      metric: 'ServerErrors'
      dimensions: []
      threshold: 0
      severity: 2
    }
    {
      name: 'storage-throttled'
      description: 'The data account turns requests away: the app slows down by itself, and lag grows.'
      scope: dataStorageAccountId
      namespace: 'Microsoft.Storage/storageAccounts'
      metric: 'Transactions'
      dimensions: [
        {
          name: 'ResponseType'
          operator: 'Include'
          values: [
            'ClientThrottlingError'
            'ClientAccountBandwidthThrottlingError'
            'ClientAccountRequestThrottlingError'
            'ServerBusyError'
          ]
        }
      ]
      threshold: thresholds.throttledRequests
      severity: 2
    }
  ],
  watchCapture
    ? [
        {
          name: 'capture-backlog'
          description: 'Capture falls behind.'
          scope: eventHubNamespaceId
          namespace: 'Microsoft.EventHub/namespaces'
          metric: 'CaptureBacklog'
          dimensions: []
          threshold: thresholds.captureBacklog
          severity: 3
        }
      ]
    : []
)

resource metricAlert 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metricAlerts: {
    name: 'alert-${namePrefix}-${alert.name}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'total'
            metricNamespace: alert.namespace
            metricName: alert.metric
            dimensions: alert.dimensions
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: alert.threshold
          }
        ]
      }
      actions: [{ actionGroupId: actionGroup.id }]
    }
  }
]

var queryAlerts = [
  {
    name: 'backlog'
    description: 'Events come in faster than they are made durable, or nothing is made durable at all.'
    query: loadTextContent('../queries/backlog.kql')
    measure: 'behindPercent'
    dimensions: []
    window: 'PT30M'
    threshold: thresholds.backlogPercent
    severity: 1
    resolvesItself: true
  }
  {
    name: 'lag'
    description: 'A partition has been behind its hub for a quarter of an hour.'
    query: loadTextContent('../queries/lag.kql')
    measure: 'behindSeconds'
    dimensions: ['hub', 'partition']
    window: 'PT15M'
    threshold: thresholds.lagSeconds
    severity: 2
    resolvesItself: true
  }
  {
    name: 'partition-held'
    description: 'A partition is held until somebody decides: nothing of it is ingested.'
    query: loadTextContent('../queries/partition-held.kql')
    measure: 'holds'
    dimensions: ['hub', 'partition']
    window: 'PT15M'
    threshold: 0
    severity: 1
    resolvesItself: true
  }
  {
    name: 'events-absent'
    description: 'Retention removed events before they were read: they are recorded as absent upstream.'
    query: loadTextContent('../queries/events-absent.kql')
    measure: 'absent'
    dimensions: ['hub', 'partition']
    window: 'PT15M'
    threshold: 0
    severity: 1
    resolvesItself: false
  }
  {
    name: 'gap-repaired'
    description: 'The host skipped events, and the app read them from the hub again: nothing is lost, but something timed out.'
    query: loadTextContent('../queries/gap-repaired.kql')
    measure: 'repaired'
    dimensions: ['hub', 'partition']
    window: 'PT15M'
    threshold: 0
    severity: 3
    resolvesItself: true
  }
  {
    name: 'quarantine-rate'
    description: 'Too many records are refused.'
    query: loadTextContent('../queries/quarantine-rate.kql')
    measure: 'perThousand'
    dimensions: []
    window: 'PT15M'
    threshold: thresholds.quarantinedPerThousand
    severity: 2
    resolvesItself: true
  }
  {
    name: 'critical-log'
    description: 'The app has written a line that somebody has to act on.'
    query: loadTextContent('../queries/critical-log.kql')
    measure: 'lines'
    dimensions: ['eventId']
    window: 'PT15M'
    threshold: 0
    severity: 1
    resolvesItself: false
  }
  {
    name: 'failed-invocations'
    description: 'Invocations fail: the partitions concerned wait and retry.'
    query: loadTextContent('../queries/failed-invocations.kql')
    measure: 'failed'
    dimensions: ['operation']
    window: 'PT15M'
    threshold: thresholds.failedInvocations
    severity: 2
    resolvesItself: true
  }
]

resource queryAlert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queryAlerts: {
    name: 'alert-${namePrefix}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${namePrefix} ${alert.name}'
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [logAnalyticsId]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      // What is gone stays gone, and what was said once is not said again: those are for people to close.
      autoMitigate: alert.resolvesItself
      // The tables come into being with the first telemetry, after the rule.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Maximum'
            metricMeasureColumn: alert.measure
            operator: 'GreaterThan'
            threshold: alert.threshold
            dimensions: [for name in alert.dimensions: { name: name, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroup.id] }
    }
  }
]

output actionGroupId string = actionGroup.id
