@export()
@description('Event Hubs Capture of one hub: Avro files in a container of the data account, written with an identity of its own.')
type captureConfig = {
  @minLength(3)
  @maxLength(63)
  containerName: string

  @minValue(60)
  @maxValue(900)
  intervalSeconds: int

  @minValue(10485760)
  @maxValue(524288000)
  sizeLimitBytes: int
}

@export()
@description('One partitioned hub.')
type hubConfig = {
  @minLength(1)
  @maxLength(50)
  name: string

  @description('Standard: 1-32, fixed for the life of the hub. Premium: 1-100.')
  @minValue(1)
  @maxValue(100)
  partitionCount: int

  @description('Standard: 1-168 hours. Premium: 1-2160 hours.')
  @minValue(1)
  @maxValue(2160)
  retentionHours: int

  @description('Beside $Default. Standard: at most 20 in all, Premium: at most 100.')
  @minLength(1)
  @maxLength(99)
  consumerGroups: string[]

  capture: captureConfig?
}

@export()
@discriminator('tier')
type namespaceConfig = standardNamespace | premiumNamespace

type standardNamespace = {
  tier: 'Standard'

  @description('Throughput units to begin with; one takes in 1 MB/s or 1,000 events/s and gives out 2 MB/s.')
  @minValue(1)
  @maxValue(40)
  capacity: int

  @description('Auto-inflate ceiling in throughput units; 0 turns auto-inflate off.')
  @minValue(0)
  @maxValue(40)
  maximumThroughputUnits: int
}

type premiumNamespace = {
  tier: 'Premium'

  @description('Processing units.')
  capacity: 1 | 2 | 4 | 8 | 16
}

@export()
@description('Always-ready instances of one scale group.')
type alwaysReadyConfig = {
  @description('function:NAME, where NAME is a [Function] of the app; or the group http.')
  name: string

  @minValue(1)
  @maxValue(1000)
  instanceCount: int
}

@export()
@description('Scale rules on Flex Consumption.')
type flexScaleConfig = {
  @description('At least the partitions of all ingested hubs + 2: each function scales on instances of its own.')
  @minValue(40)
  @maxValue(1000)
  maximumInstanceCount: int

  @description('512 MB come with 1/4 core, 2048 with 1, 4096 with 2.')
  instanceMemoryMB: 512 | 2048 | 4096

  alwaysReady: alwaysReadyConfig[]
}

@export()
@description('Scale rules on Elastic Premium.')
type premiumScaleConfig = {
  sku: 'EP1' | 'EP2' | 'EP3'

  @minValue(1)
  @maxValue(20)
  minimumInstanceCount: int

  @description('No more than the largest ingested hub has partitions: an instance more would own none.')
  @minValue(1)
  @maxValue(100)
  maximumInstanceCount: int
}

@export()
@description('Days after the last modification. Readers and gap repair rely on everything younger than a day being left alone, and a committed segment may wait a week for its publication.')
type lifecycleConfig = {
  @minValue(1)
  lakeCoolAfterDays: int?

  @minValue(8)
  lakeDeleteAfterDays: int?

  @minValue(8)
  quarantineDeleteAfterDays: int?

  @minValue(8)
  captureDeleteAfterDays: int?
}

@export()
type lifecycleRule = {
  container: string
  coolAfterDays: int?
  deleteAfterDays: int?
}

@export()
type appSetting = {
  name: string
  value: string
}

@export()
@description('Where an alert fires.')
type alertThresholds = {
  @description('Of the events that came in over half an hour, the percentage that was not made durable in that time.')
  @minValue(1)
  @maxValue(100)
  backlogPercent: int

  @description('Seconds that a partition may be behind for 15 minutes on end.')
  @minValue(1)
  lagSeconds: int

  @description('Throttled requests in 15 minutes, on the namespace and on the data account.')
  @minValue(0)
  throttledRequests: int

  @description('Failed invocations of one function in 15 minutes.')
  @minValue(0)
  failedInvocations: int

  @description('Quarantined records per 1,000.')
  @minValue(0)
  @maxValue(1000)
  quarantinedPerThousand: int

  @description('Events waiting to be captured.')
  @minValue(0)
  captureBacklog: int
}

@export()
@description('What telemetry of one instance may cost: beyond it spans are left out first, then information logs (docs/telemetry.md).')
type telemetryBudget = {
  @description('Bytes a minute, whatever the instance does.')
  @minValue(10000)
  @maxValue(100000000)
  bytesPerMinute: int

  @description('Bytes more for every thousand events received.')
  @minValue(0)
  @maxValue(1000000)
  bytesPerThousandEvents: int
}

@export()
@description('Monthly cost budget of the resource group.')
type budgetConfig = {
  @description('In the currency of the subscription.')
  @minValue(1)
  amount: int

  @description('First day of a month, yyyy-MM-01; cannot change once the budget exists.')
  @minLength(10)
  @maxLength(10)
  startDate: string
}
