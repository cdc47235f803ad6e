using '../main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param hosting = 'premium'
param premiumScale = { sku: 'EP1', minimumInstanceCount: 1, maximumInstanceCount: 8 }
param eventHubs = { tier: 'Standard', capacity: 2, maximumThroughputUnits: 20 }
param hubs = [
  { name: 'telemetry', partitionCount: 8, retentionHours: 168, consumerGroups: ['ingest', 'ingest-repair'] }
  { name: 'devices', partitionCount: 4, retentionHours: 168, consumerGroups: ['ingest', 'ingest-repair'] }
]
param deployIotHub = true
param principalId = '11111111-1111-1111-1111-111111111111'
param principalType = 'Group'
