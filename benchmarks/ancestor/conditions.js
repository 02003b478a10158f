// Which schemas of a condition schemagen shows as a part of their own, and which it says in a sentence: that decides what
// is built, and so which definitions are met, in which order. `nameOf` says whether a $ref leads to a definition.
"use strict";

const { ANNOTATIONS, isObject, strings } = require("./rules");

const MAX_DEPTH = 3;
const MAX_LISTED = 8;
const UNSAID = new Set([...ANNOTATIONS, "$id", "id", "$schema", "$defs", "definitions", "$anchor"]);
const BOUNDS = new Set(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]);
const COUNTS = new Set(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]);

const isSaid = (key) => !UNSAID.has(key) && !key.startsWith("x-");

// The schemas that are built as parts, in order.
function* conditionBranches(rules, known, nameOf) {
  for (const [schema, pointer] of rules.conditions) {
    const then = "then" in schema ? schema.then : true;
    const otherwise = "else" in schema ? schema.else : true;
    if (then === true && otherwise === true) continue;
    knownClause(schema.if, nameOf, 0);
    if (isBranch(then, known, nameOf)) yield [then, `${pointer}/then`];
    if (isBranch(otherwise, known, nameOf)) yield [otherwise, `${pointer}/else`];
  }
  for (const [, [schema, at]] of rules.dependentSchemas) if (isBranch(schema, known, nameOf)) yield [schema, at];
}

function isBranch(schema, known, nameOf) {
  if (typeof schema === "boolean") return false;
  if (!isObject(schema)) return true;
  const keys = Object.keys(schema);
  if (!keys.length) return false;
  if (strings(schema.required).length && keys.every((key) => key === "required" || ANNOTATIONS.has(key))) return false;
  const properties = "properties" in schema ? schema.properties : {};
  if (!isObject(properties) || !Object.keys(properties).every((key) => known.has(key))) return true;
  return !knownClause(schema, nameOf, 0);
}

function knownClause(schema, nameOf, depth) {
  if (isObject(schema) && depth <= MAX_DEPTH) {
    const asked = new Set(Object.keys(schema).filter(isSaid));
    if (!asked.has("type") || schema.type === "object") {
      asked.delete("type");
      if (asked.size && [...asked].every((key) => key === "properties" || key === "required"))
        if (knownProperties(schema, nameOf, depth)) return true;
    }
    if (asked.size === 1 && combined([...asked][0], schema, nameOf, depth)) return true;
  }
  return visitPredicate(schema, nameOf, depth);
}

function combined(keyword, schema, nameOf, depth) {
  const value = schema[keyword];
  if (keyword === "not") return knownClause(value, nameOf, depth + 1);
  if ((keyword === "anyOf" || keyword === "allOf") && Array.isArray(value) && value.length > 0 && value.length <= 4)
    return value.map((item) => knownClause(item, nameOf, depth + 1)).every(Boolean);
  return false;
}

// Whether there are words for what `schema` asks; every $ref on the way is looked up.
function visitPredicate(schema, nameOf, depth = 0) {
  if (typeof schema === "boolean") return true;
  if (!isObject(schema) || depth > MAX_DEPTH) return false;
  const isAnObject = "properties" in schema || "required" in schema;
  let phrases = 0;
  for (const keyword of Object.keys(schema)) {
    if (!isSaid(keyword) || keyword === "properties" || keyword === "required") continue;
    if (keyword === "type" && schema.type === "object" && isAnObject) continue;
    if (!hasWords(keyword, schema, nameOf, depth)) return false;
    phrases++;
  }
  if (isAnObject) {
    if (!knownProperties(schema, nameOf, depth)) return false;
    phrases++;
  }
  return phrases > 0 && phrases <= 4;
}

function hasWords(keyword, schema, nameOf, depth) {
  const value = schema[keyword];
  if (keyword === "const") return true;
  if (keyword === "enum") return Array.isArray(value) && value.length > 0;
  if (keyword === "type") {
    const names = Array.isArray(value) ? value : [value];
    return names.length > 0 && names.every((name) => typeof name === "string" && /^\p{L}+$/u.test(name));
  }
  if (keyword === "pattern" || keyword === "format") return typeof value === "string";
  if (keyword === "$ref") return nameOf(schema);
  if ((keyword === "anyOf" || keyword === "allOf") && Array.isArray(value) && value.length > 0 && value.length <= 4)
    return value.map((item) => visitPredicate(item, nameOf, depth + 1)).every(Boolean);
  return (BOUNDS.has(keyword) || COUNTS.has(keyword)) && typeof value === "number";
}

function knownProperties(schema, nameOf, depth) {
  const properties = "properties" in schema ? schema.properties : {};
  const names = "required" in schema ? schema.required : [];
  if (!isObject(properties) || !Array.isArray(names)) return false;
  const required = new Set(strings(names));
  let phrases = [...required].filter((key) => !(key in properties)).length;
  for (const key of Object.keys(properties)) {
    const item = properties[key];
    if (item === true || (isObject(item) && !Object.keys(item).length)) {
      phrases += required.has(key) ? 1 : 0;
      continue;
    }
    if (!visitPredicate(item, nameOf, depth + 1)) return false;
    phrases++;
  }
  return phrases > 0 && phrases <= MAX_LISTED;
}

module.exports = { conditionBranches, visitPredicate };
