// With INGEST_LOCAL=true: local.settings.json for running the app on this machine against the deployed namespace. It reads in
// consumer groups of its own and stores in Azurite, so that a laptop neither takes partitions from the deployed app nor writes its data.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { az, needed } = require('./az');

if (process.env.INGEST_LOCAL !== 'true') {
  process.exit(0);
}

const root = path.resolve(__dirname, '..', '..');
const folder = process.env.INGEST_LOCAL_FOLDER || root;
const target = path.join(folder, 'local.settings.json');
const group = process.env.INGEST_LOCAL_GROUP || `local-${os.userInfo().username.toLowerCase().replace(/[^a-z0-9-]/g, '-')}`.slice(0, 40);
const groups = [group, `${group}-repair`];
const deployed = ['$Default', needed('CONSUMER_GROUP'), needed('REPAIR_CONSUMER_GROUP')].map(g => g.toLowerCase());
if (groups.some(g => deployed.includes(g.toLowerCase()))) {
  console.error(`INGEST_LOCAL_GROUP is ${group}: the deployed app reads there, and this machine would take partitions from it. Name another.`);
  process.exit(1);
}

if (fs.existsSync(target)) {
  console.log(`${target} is there already and left as it is; delete it to have it written.`);
  process.exit(0);
}

const namespace = needed('EVENT_HUBS_NAMESPACE');
const resourceGroup = needed('AZURE_RESOURCE_GROUP');
const devices = process.env.IOT_HUB_HOST_NAME ? needed('DEVICE_HUB') : '';
for (const hub of [needed('TELEMETRY_HUB'), devices].filter(Boolean)) {
  for (const name of groups) {
    az('Creating a consumer group needs the role Contributor on the namespace; a tier takes a limited number of them.',
      'eventhubs', 'eventhub', 'consumer-group', 'create', '--resource-group', resourceGroup,
      '--namespace-name', namespace.split('.')[0], '--eventhub-name', hub, '--name', name);
  }
}

const sample = JSON.parse(fs.readFileSync(path.join(root, 'local.settings.sample.json'), 'utf8'));
delete sample.Values.EventHub;
Object.assign(sample.Values, {
  EventHub__fullyQualifiedNamespace: namespace,
  TelemetryHub: process.env.TELEMETRY_HUB,
  DeviceHub: devices,
  ConsumerGroup: groups[0],
  RepairConsumerGroup: groups[1],
  Ingest__Start: 'now',
});
if (!devices) {
  sample.Values['AzureWebJobs.IngestDevices.Disabled'] = 'true';
}

fs.writeFileSync(target, JSON.stringify(sample, null, 2) + '\n');
console.log(`Wrote ${target}: reads ${namespace} in the consumer group ${group}, stores in Azurite, begins with new events.`);
