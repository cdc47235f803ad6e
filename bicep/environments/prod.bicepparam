using '../main.bicep'

param environmentName = 'prod'
param location = 'westeurope'
param flexScale = {
  maximumInstanceCount: 80
  instanceMemoryMB: 2048
  alwaysReady: [
    { name: 'function:IngestTelemetry', instanceCount: 2 }
    { name: 'function:IngestDevices', instanceCount: 2 }
  ]
}
param eventHubs = { tier: 'Premium', capacity: 2 }
param hubs = [
  {
    name: 'telemetry'
    partitionCount: 32
    retentionHours: 168
    consumerGroups: ['ingest', 'ingest-repair']
    capture: { containerName: 'capture', intervalSeconds: 300, sizeLimitBytes: 314572800 }
  }
  { name: 'devices', partitionCount: 32, retentionHours: 168, consumerGroups: ['ingest', 'ingest-repair'] }
]
param deployIotHub = true
param zoneRedundant = true
param storageSku = 'Standard_GZRS'
param privateNetworking = true
param logRetentionDays = 90
param alertEmails = ['oncall@example.com']
param budget = { amount: 5000, startDate: '2026-12-01' }
