// Four receivers of one partition, one after the other: owner 1, owner 2, none, owner 1 again.
const { consumer, hubs, delay, run } = require("./clients");

run(async () => {
  const log = {};
  let changed = () => {};
  const attach = (name, options) => {
    log[name] = { error: null, closed: null };
    consumer().subscribe("0", {
      processEvents: async events => { if (events.length) log[name].events = (log[name].events || 0) + events.length; changed(); },
      processError: async error => { log[name].error = error.code; changed(); },
      processClose: async reason => { log[name].closed = reason; changed(); }
    }, { startPosition: hubs.earliestEventPosition, maxWaitTimeInSeconds: 1, ...options });
  };
  const until = condition => Promise.race([
    new Promise(resolve => { changed = () => condition() && resolve(); changed(); }),
    delay(5000)
  ]);

  attach("owner1", { ownerLevel: 1 });
  await until(() => log.owner1.events);
  attach("owner2", { ownerLevel: 2 });
  await until(() => log.owner1.closed && log.owner2.events);
  attach("none", {});
  await until(() => log.none.closed);
  attach("owner1again", { ownerLevel: 1 });
  await until(() => log.owner1again.closed);
  return log;
});
