// The view of one schema: plain data in the shape of schemagen's view, with those keys only that the templates of ./pack
// read. Every key is always there; what is absent is "", [] or false.
"use strict";

const { valueAt } = require("./documents");
const { conditionBranches, visitPredicate } = require("./conditions");
const {
  ANNOTATIONS, TYPES, assumedTypes, declaredTypes, enumeration, isObject, partReferences, readRules, strings, unwrap,
  wordsOfType,
} = require("./rules");

const KINDS = [...TYPES, "enum", "const", "union", "ref", "any", "never"];
const CONTAINERS = new Set(["$defs", "definitions", "properties", "patternProperties", "dependentSchemas"]);
const CHOICE_TEXTS = {
  anyOf: "Choose at least one of these.",
  oneOf: "Choose exactly one of these.",
  type: "Choose one of these types.",
};
// What no document may hold: control characters but tab and newline, lone surrogates, noncharacters.
const FORBIDDEN =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const clean = (text) => text.replace(/\r\n?/g, "\n").replace(FORBIDDEN, "\ufffd");
const oneLine = (text) => clean(text).trim().split(/\s+/).join(" ");
const numberField = (value) => (typeof value === "number" ? String(value) : "");

const EMPTY_NODE = {
  kind: "", key: "", title: "", description: "", format: "", pattern: "", min_length: "", max_length: "", minimum: "",
  maximum: "", exclusive_minimum: "", exclusive_maximum: "", multiple_of: "", min_items: "", max_items: "",
  min_properties: "", max_properties: "", is_unique: false, is_required: false, is_deprecated: false,
  is_nullable: false, is_closed: false, properties: [], pattern_properties: [], prefix_items: [], all_of: [],
  has_all_of: false, choices: [], has_choices: false, members: [], examples: [], default: false, const: false,
  items: false, ref: false, additional: { node: false },
};
for (const kind of KINDS) EMPTY_NODE[`is_${kind}`] = false;
const NOWHERE = { key: "", isRequired: false, known: new Set() };

function humanise(key) {
  const isAscii = /^[\x00-\x7f]*$/.test(key);
  const words = isAscii
    ? key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g)
    : clean(key).replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ").match(/\p{L}+|\d+/gu);
  if (!words) return oneLine(key) || "(no name)";
  const rest = words.slice(1).map((word) => (/^[A-Z\d]*[A-Z][A-Z\d]*$/.test(word) && word.length > 1 ? word : word.toLowerCase()));
  return [words[0].charAt(0).toUpperCase() + words[0].slice(1), ...rest].join(" ");
}

function jsonText(value) {
  const write = (item) => {
    if (Array.isArray(item)) return `[${item.map(write).join(", ")}]`;
    if (isObject(item)) return `{${Object.keys(item).map((key) => `${JSON.stringify(key)}: ${write(item[key])}`).join(", ")}}`;
    return JSON.stringify(item);
  };
  return write(value).replace(FORBIDDEN, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function literal(value) {
  const json = jsonText(value);
  return { json, text: typeof value === "string" ? clean(value) : json };
}

function claim(wanted, taken) {
  let name = wanted;
  let number = taken.get(wanted) || 1;
  while (taken.has(name)) name = `${wanted} ${++number}`;
  taken.set(wanted, number);
  if (!taken.has(name)) taken.set(name, 1);
  return name;
}

function stem(path) {
  const found = /([^/\\]+?)(?:\.schema)?(?:\.json)?[/#]*$/.exec(path);
  return oneLine(found ? found[1] : path);
}

class ViewBuilder {
  constructor(documents, document, title) {
    this.documents = documents;
    this.names = new Map();
    this.all = [{ document, pointer: "#", schema: document.content, name: title, title }];
    this.byTarget = new Map([[`${document.name}\n#`, this.all[0]]]);
  }

  // The definition that a reference keyword leads to, or { uri } where it leads out of the project.
  lookup(document, schema, keyword) {
    const text = isObject(schema) ? schema[keyword] : undefined;
    if (typeof text !== "string") return { uri: "" };
    const found = this.documents.follow(document, text);
    if (!found.document) return found;
    const target = `${found.document.name}\n${found.pointer}`;
    return this.byTarget.get(target) || this.add(found, target);
  }

  add({ document, pointer }, target) {
    const schema = valueAt(document.content, pointer);
    const title = isObject(schema) && typeof schema.title === "string" ? oneLine(schema.title) : "";
    const tokens = pointer.split("/").slice(1).map((token) => token.replace(/~1/g, "/").replace(/~0/g, "~"));
    let name = title || tokens.slice(-3).join(" ");
    if (!tokens.length) name = stem(document.name);
    else if (tokens.length > 1 && CONTAINERS.has(tokens[tokens.length - 2])) name = tokens[tokens.length - 1];
    name = oneLine(name);
    if (name.length > 100) name = `${name.slice(0, 99).trimEnd()}…`;
    const definition = { document, pointer, schema, title, name: claim(name || "unnamed", this.names) };
    this.all.push(definition);
    this.byTarget.set(target, definition);
    return definition;
  }

  build() {
    const trees = [];
    while (trees.length < this.all.length) {
      this.owner = this.all[trees.length];
      trees.push(this.node(this.owner.schema, this.owner.pointer, NOWHERE));
    }
    const definitions = this.all.slice(1).map((each, at) => ({ name: each.name, node: trees[at + 1] }));
    return {
      title: this.all[0].name,
      dialect: this.all[0].document.draft,
      root: trees[0],
      definitions,
      has_definitions: definitions.length > 0,
    };
  }

  node(schema, pointer, slot) {
    const node = { ...EMPTY_NODE, key: clean(slot.key), is_required: slot.isRequired };
    if (!isObject(schema)) {
      node.kind = schema === false ? "never" : "any";
    } else {
      this.fill(node, schema, pointer, slot);
    }
    node[`is_${node.kind}`] = true;
    return node;
  }

  fill(node, schema, pointer, slot) {
    let rules = readRules(schema, pointer, this.owner.document.draft);
    let isNullable = false;
    if (rules.allOf.length || rules.anyOf.length || rules.oneOf.length)
      [rules, isNullable] = unwrap(rules, this.owner.document.draft);
    annotate(node, rules.words);
    let types = declaredTypes(rules.words);
    if (types.length > 1) {
      if (types.includes("null")) {
        types = types.filter((name) => name !== "null");
        isNullable = true;
      }
      if (types.length === 2 && types.includes("integer") && types.includes("number")) types = ["number"];
    }
    partReferences(rules);
    const filled = this.setKind(node, rules, types);
    if (!rules.references.length) {
      let known = slot.known;
      for (const type of filled) {
        if (type === "object") known = this.fillObject(node, rules, slot);
        else if (type === "array") this.fillArray(node, rules);
        else if (type === "string") this.fillString(node, rules);
        else if (type === "number" || type === "integer") fillNumber(node, rules.words);
      }
      this.fillParts(node, rules, types, known);
    }
    node.is_nullable = isNullable;
  }

  setKind(node, rules, types) {
    const words = rules.words;
    const setAs = (kind, filled) => {
      node.kind = kind;
      return filled;
    };
    if (rules.references.length) {
      this.refer(node, words, rules.references[0][0]);
      return setAs("ref", []);
    }
    if ("const" in words) {
      node.const = literal(words.const);
      return setAs("const", []);
    }
    const listed = enumeration(rules);
    if (listed) {
      node.members = listed.map(literal);
      return setAs("enum", []);
    }
    if (types.length > 1) return setAs("union", []);
    if (types.length) return setAs(types[0], types);
    const assumed = assumedTypes(words);
    if (assumed.length === 1) return setAs(assumed[0], assumed);
    if (assumed.length) return setAs("any", assumed);
    if (rules.anyOf.length || rules.oneOf.length) return setAs("union", []);
    const kind = rules.allOf.length ? this.kindOfParts(rules.allOf, this.owner.document, 8) : "";
    return TYPES.has(kind) ? setAs(kind, [kind]) : setAs("any", []);
  }

  kindOfParts(parts, document, hops) {
    for (const [schema, pointer] of parts.slice(0, 50)) {
      if (!isObject(schema) || hops === 0) continue;
      const rules = readRules(schema, pointer, document.draft);
      const declared = declaredTypes(rules.words).filter((name) => name !== "null");
      const types = declared.length ? declared : assumedTypes(rules.words);
      if (types.length === 1) return types[0];
      let kind = "";
      if (rules.references.length) {
        const found = this.lookup(document, schema, rules.references[0][0]);
        if (found.document) kind = this.kindOfParts([[found.schema, found.pointer]], found.document, hops - 1);
      }
      kind = kind || this.kindOfParts(rules.allOf, document, hops - 1);
      if (kind) return kind;
    }
    return "";
  }

  refer(node, schema, keyword) {
    const found = this.lookup(this.owner.document, schema, keyword);
    node.ref = { name: found.document ? found.name : stem(clean(found.uri)) };
    if (found.document && !node.description) annotateDescription(node, found.schema);
  }

  fillObject(node, rules, slot) {
    fillCounts(node, rules.words, "Properties", "properties");
    const required = new Set(rules.required);
    node.properties = rules.properties.map(([key, [schema, at]]) =>
      this.node(schema, at, { ...NOWHERE, key, isRequired: required.has(key) }),
    );
    node.pattern_properties = rules.patternProperties.map(([key, [schema, at]]) =>
      this.node(schema, at, { ...NOWHERE, key }),
    );
    node.additional = this.rest(rules.additional);
    this.rest(rules.unevaluated);
    node.is_closed = rules.additional
      ? rules.additional[0] === false
      : Boolean(rules.unevaluated && rules.unevaluated[0] === false);
    if (!node.is_closed && rules.unevaluated && rules.unevaluated[0] === false) node.is_closed = true;
    if (rules.propertyNames) this.visit(rules.propertyNames[0]);
    return new Set([...slot.known, ...rules.properties.map(([key]) => key)]);
  }

  rest(place) {
    if (!place || typeof place[0] === "boolean" || !Object.keys(place[0]).length) return { node: false };
    return { node: this.node(place[0], place[1], { ...NOWHERE, key: "*" }) };
  }

  fillArray(node, rules) {
    fillCounts(node, rules.words, "Items", "items");
    node.is_unique = rules.words.uniqueItems === true;
    const least = /^\d{1,9}$/.test(node.min_items) ? Number(node.min_items) : 0;
    node.prefix_items = rules.prefixItems.map(([schema, at], index) =>
      this.node(schema, at, { ...NOWHERE, isRequired: index < least }),
    );
    if (rules.items && rules.items[0] === false) node.is_closed = true;
    else if (rules.items && rules.items[0] !== true) node.items = this.node(rules.items[0], rules.items[1], NOWHERE);
    if (rules.unevaluatedItems) this.rest(rules.unevaluatedItems);
    if (rules.contains) this.visit(rules.contains[0]);
  }

  fillString(node, rules) {
    fillCounts(node, rules.words, "Length", "length");
    for (const key of ["pattern", "format"])
      if (typeof rules.words[key] === "string") node[key] = clean(rules.words[key]);
    if (rules.contentSchema) this.visit(rules.contentSchema[0]);
  }

  fillParts(node, rules, types, known) {
    const offers = rules.anyOf.length || rules.oneOf.length || types.length > 1;
    if (offers && (node.kind !== "enum" || "enum" in rules.words)) this.addChoices(node, rules, types, known);
    node.all_of = rules.allOf.map(([schema, at]) => this.node(schema, at, { ...NOWHERE, known }));
    node.has_all_of = node.all_of.length > 0;
    // The page shows no conditions, but what they refer to is among its definitions.
    for (const [schema, at] of conditionBranches(rules, known, this.nameOf)) this.node(schema, at, { ...NOWHERE, known });
    if (rules.negated) this.visit(rules.negated[0]);
  }

  get nameOf() {
    return (schema) => this.lookup(this.owner.document, schema, "$ref").document !== undefined;
  }

  visit(schema) {
    visitPredicate(schema, this.nameOf);
  }

  addChoices(node, rules, types, known) {
    const offers = [["anyOf", rules.anyOf], ["oneOf", rules.oneOf]];
    if (types.length > 1 && node.kind === "union")
      offers.unshift(["type", types.map((name) => [wordsOfType(rules.words, name), rules.pointer])]);
    for (const [keyword, places] of offers) {
      if (!places.length || places.every(([schema]) => isPresence(schema))) continue;
      const variants = places.map(([schema, at]) => this.node(schema, at, { ...NOWHERE, known }));
      node.choices = [...node.choices, { text: CHOICE_TEXTS[keyword], variants }];
    }
    node.has_choices = node.choices.length > 0;
  }
}

function isPresence(schema) {
  return isObject(schema) && strings(schema.required).length > 0 &&
    Object.keys(schema).every((key) => key === "required" || ANNOTATIONS.has(key));
}

function annotate(node, words) {
  if (typeof words.title === "string") node.title = oneLine(words.title);
  annotateDescription(node, words);
  if ("default" in words) node.default = literal(words.default);
  if (Array.isArray(words.examples)) node.examples = words.examples.map(literal);
  node.is_deprecated = words.deprecated === true;
}

function annotateDescription(node, words) {
  if (isObject(words) && typeof words.description === "string") node.description = clean(words.description).trim();
}

function fillNumber(node, words) {
  node.minimum = numberField(words.minimum);
  node.maximum = numberField(words.maximum);
  node.exclusive_minimum = numberField(words.exclusiveMinimum);
  node.exclusive_maximum = numberField(words.exclusiveMaximum);
  node.multiple_of = numberField(words.multipleOf);
}

function fillCounts(node, words, suffix, name) {
  node[`min_${name}`] = numberField(words[`min${suffix}`]);
  node[`max_${name}`] = numberField(words[`max${suffix}`]);
}

// The view of the schema in the file `name`.
function buildView(documents, name) {
  const document = documents.load(name);
  const { content } = document;
  const own = isObject(content) && typeof content.title === "string" ? oneLine(content.title) : "";
  const title = own || humanise(name.replace(/\.json$/, "").replace(/\.schema$/, ""));
  return new ViewBuilder(documents, document, title).build();
}

module.exports = { buildView };
