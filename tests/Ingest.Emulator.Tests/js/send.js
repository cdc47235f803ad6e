// Sends one event and says what the SDK made of it.
const { producer, outcome, run } = require("./clients");

run(async () => ({ result: await outcome(() => producer().sendBatch([{ body: 1 }])) }));
