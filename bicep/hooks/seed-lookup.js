// With INGEST_SEED=true: the sample rows of seed-devices.json into the table of the lookup "devices".
const fs = require('node:fs');
const path = require('node:path');
const { az, needed } = require('./az');

if (process.env.INGEST_SEED !== 'true') {
  process.exit(0);
}

const remedy = 'Writing a table needs the role Storage Table Data Contributor on the data account, and some minutes after it was assigned.';
const account = ['--account-name', needed('DATA_ACCOUNT'), '--auth-mode', 'login'];
const rows = JSON.parse(fs.readFileSync(path.join(__dirname, 'seed-devices.json'), 'utf8'));
az(remedy, 'storage', 'table', 'create', '--name', 'Devices', ...account);
for (const [device, properties] of Object.entries(rows)) {
  az(remedy, 'storage', 'entity', 'insert', '--table-name', 'Devices', '--if-exists', 'replace', ...account,
    '--entity', 'PartitionKey=devices', `RowKey=${device}`, ...Object.entries(properties).map(([name, value]) => `${name}=${value}`));
}

console.log(`Seeded the lookup devices with ${Object.keys(rows).length} rows.`);
