// The schemas that one worker has read, and where references lead: to a place in the same document, or, by the name of
// the file, in another one of the folder.
"use strict";

const fs = require("fs");
const path = require("path");
const { escapeToken, isObject, isSchema } = require("./rules");

const DIALECTS = {
  "json-schema.org/draft-04/schema": "draft 4",
  "json-schema.org/draft-06/schema": "draft 6",
  "json-schema.org/draft-07/schema": "draft 7",
  "json-schema.org/draft/2019-09/schema": "2019-09",
  "json-schema.org/draft/2020-12/schema": "2020-12",
};

class Documents {
  constructor(folder) {
    this.folder = folder;
    this.cache = new Map(); // by file name; a worker's own
  }

  // The document in the file `name`; null where there is no such file.
  load(name) {
    let found = this.cache.get(name);
    if (found === undefined) {
      found = this.read(name);
      this.cache.set(name, found);
    }
    return found;
  }

  read(name) {
    let text;
    try {
      text = fs.readFileSync(path.join(this.folder, name), "utf8");
    } catch {
      return null;
    }
    const content = JSON.parse(text.replace(/^\ufeff/, ""));
    const uri = isObject(content) && typeof content.$schema === "string" ? content.$schema : "";
    const draft = DIALECTS[uri.replace(/^https?:\/\//, "").replace(/#$/, "").replace(/\/$/, "")] || "2020-12";
    const own = isObject(content) ? content[draft === "draft 4" ? "id" : "$id"] : "";
    return { name, content, draft, id: typeof own === "string" ? own.split("#")[0] : "", anchors: null };
  }

  // Where a reference in `document` leads: { document, pointer }, or { uri } of what nothing here answers.
  follow(document, reference) {
    const at = reference.indexOf("#");
    const uri = at < 0 ? reference : reference.slice(0, at);
    const fragment = at < 0 ? "" : reference.slice(at + 1);
    const full = join(document.id, uri);
    const there = !uri || full === document.id ? document : this.named(full, uri);
    const pointer = there && point(there, fragment);
    return pointer ? { document: there, pointer } : { uri: join(document.id, reference) };
  }

  named(full, uri) {
    const base = decodeURI(full.split("?")[0].split("/").pop());
    for (const name of [base, `${base}.json`]) {
      const found = name && this.load(name);
      if (found && (found.id === full || !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri))) return found;
    }
    return null;
  }
}

function join(base, uri) {
  try {
    return new URL(uri, base || undefined).href;
  } catch {
    return uri;
  }
}

// The pointer that a fragment leads to; null where there is no schema.
function point(document, fragment) {
  const decoded = decodeURIComponent(fragment);
  if (!decoded) return "#";
  if (!decoded.startsWith("/")) {
    document.anchors = document.anchors || anchorsOf(document.content);
    return document.anchors.get(decoded) || null;
  }
  return isSchema(valueAt(document.content, `#${decoded}`)) ? `#${decoded}` : null;
}

function valueAt(content, pointer) {
  let value = content;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replace(/~1/g, "/").replace(/~0/g, "~");
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function anchorsOf(content) {
  const found = new Map();
  const visit = (value, pointer) => {
    if (value === null || typeof value !== "object") return;
    for (const keyword of ["$id", "id", "$anchor", "$dynamicAnchor"]) {
      const text = value[keyword];
      if (typeof text !== "string") continue;
      const name = keyword.endsWith("id") ? text.split("#")[1] : text;
      if (name && !found.has(name)) found.set(name, pointer);
    }
    for (const key of Object.keys(value)) visit(value[key], `${pointer}/${escapeToken(key)}`);
  };
  visit(content, "#");
  return found;
}

module.exports = { Documents, valueAt };
