// Makes types of the schemas that a file lists, {name: path}, in one process, by the API of json-schema-to-typescript;
// prints the CPU seconds that each took, {name: seconds}, of those that it can do. References to other hosts are not
// followed. What it makes is formatted by prettier, as it is unless that is turned off, for ours is laid out too.
const { readFileSync } = require("fs");
const { compile } = require("json-schema-to-typescript");

const options = { bannerComment: "", $refOptions: { resolve: { http: false } } };

async function main() {
  const listed = Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8")));
  const seconds = {};
  for (let round = 0; round < 2; round += 1) {
    for (const [name, path] of round ? listed : listed.slice(0, 10)) {
      const schema = JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
      const began = process.cpuUsage();
      try {
        const made = await compile(schema, name, { ...options, cwd: require("path").dirname(path) });
        const { user, system } = process.cpuUsage(began);
        if (round && made.trim()) seconds[name] = (user + system) / 1e6;
      } catch {
        // It cannot do this one.
      }
    }
  }
  console.log(JSON.stringify(seconds));
}

main();
