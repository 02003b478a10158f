// The ancestor's architecture, written anew: a queue of batches, one new worker thread for each batch, at most so many at
// once; in a worker a cache of schemas and parsed templates of its own, mustache.js, and writes that are not waited for.
// Arguments: the folder of schemas, the folder of outputs, the folder of the pack, the size of a batch, the number of
// workers. Prints the number of outputs.
"use strict";

const fs = require("fs");
const path = require("path");
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");

async function main([schemas, output, pack, size, workers]) {
  const names = (await fs.promises.readdir(schemas)).filter((name) => name.endsWith(".json")).sort();
  const batches = [];
  for (let at = 0; at < names.length; at += Number(size)) batches.push(names.slice(at, at + Number(size)));
  let written = 0;
  const drain = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const count = await runBatch({ schemas, output, pack, batch });
      written += count;
    }
  };
  await Promise.all(Array.from({ length: Number(workers) }, drain));
  console.log(written);
}

function runBatch(data) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: data });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

async function work({ schemas, output, pack, batch }) {
  const mustache = require("mustache");
  const { Documents } = require("./documents");
  const { buildView } = require("./view");
  // As Python's html.escape.
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
  mustache.escape = (text) => String(text).replace(/[&<>"']/g, (char) => entities[char]);
  const template = fs.readFileSync(path.join(pack, "page.mustache"), "utf8");
  const partials = {};
  for (const name of fs.readdirSync(path.join(pack, "partials")))
    partials[name.replace(/\.mustache$/, "")] = fs.readFileSync(path.join(pack, "partials", name), "utf8");
  const documents = new Documents(schemas);
  await fs.promises.mkdir(output, { recursive: true });
  const writes = batch.map((name) => {
    const page = mustache.render(template, buildView(documents, name), partials);
    return fs.promises.writeFile(path.join(output, name.replace(/json$/, "html")), page);
  });
  await Promise.all(writes);
  parentPort.postMessage(writes.length);
}

if (isMainThread) main(process.argv.slice(2));
else work(workerData);
