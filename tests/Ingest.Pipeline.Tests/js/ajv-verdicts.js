"use strict";

// Reads [{ schema, values }] from a file and writes one text a schema: 1 for each valid value, 0 for each other one.
const { readFileSync } = require("node:fs");
const Ajv = require("ajv/dist/2020");
const addFormats = require("ajv-formats");

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
const verdicts = cases.map(({ schema, values }) => {
  const ajv = new Ajv({ strict: false, validateFormats: true, logger: false, validateSchema: false });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  return values.map((value) => (validate(value) ? "1" : "0")).join("");
});
process.stdout.write(JSON.stringify(verdicts));
