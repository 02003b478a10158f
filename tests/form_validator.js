// Runs files of the JSON Schema Test Suite through the validator of generated forms, in Node or in a page.
//
// In Node: form_validator.js SCHEMA_FORM_JS, with the files as JSON on standard input and what came out on standard output.
"use strict";

/**
 * Every test whose verdict is not the expected one.
 *
 * @param {{documents: [string, string, string][], files: {name: string, draft: string, text: string}[]}} given
 *   the schemas that tests refer to as [uri, text, draft], where no draft is the draft of the test; the files of the suite
 * @returns {{counts: Record<string, number>, wrong: string[]}} the number of tests by draft, and those that went wrong
 */
function runSuite({ documents, files }) {
  const { parse, makeJudge } = globalThis.SchemaForm;
  /** @type {Record<string, number>} */
  const counts = {};
  /** @type {string[]} */
  const wrong = [];
  const parsed = documents.map(([uri, text, draft]) => [uri, parse(text), draft]);
  for (const { name, draft, text } of files) {
    for (const group of parse(text)) {
      const judge = makeJudge();
      for (const [uri, document, other] of parsed) judge.add(uri, document, other || draft);
      const schema = group.get("schema");
      judge.add("schema:///tested", schema, draft);
      for (const test of group.get("tests")) {
        counts[draft] = (counts[draft] || 0) + 1;
        let verdict;
        try {
          verdict = !judge.validate(schema, test.get("data")).length;
        } catch (error) {
          verdict = error;
        }
        if (verdict !== test.get("valid")) {
          wrong.push(`${draft}/${name}: ${group.get("description")}: ${test.get("description")}: ${verdict}`);
        }
      }
    }
  }
  return { counts, wrong };
}

if (typeof document === "undefined") {
  const { readFileSync } = require("node:fs");
  require("node:vm").runInThisContext(readFileSync(process.argv[2], "utf-8"), { filename: process.argv[2] });
  process.stdout.write(JSON.stringify(runSuite(JSON.parse(readFileSync(0, "utf-8")))));
}
