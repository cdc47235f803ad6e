// Runs the Azure CLI for the hooks; a failure ends the hook with what to do about it.
const { spawnSync } = require('node:child_process');

exports.az = (remedy, ...args) => {
  // The Azure CLI has a default subscription of its own, which need not be that of azd's environment.
  const subscription = exports.needed('AZURE_SUBSCRIPTION_ID');
  // On Windows az is a command file, which only a shell starts.
  const result = spawnSync('az', [...args, '--subscription', subscription, '--only-show-errors', '--output', 'none'], { encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.status !== 0) {
    console.error(`az ${args.join(' ')}\n${(result.stderr || result.error || '').toString().trim()}\n${remedy}`);
    process.exit(1);
  }
};

exports.needed = name => {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set: azd sets it for its hooks after azd provision.`);
    process.exit(1);
  }

  return value;
};
