// What one schema object asks for, whatever its draft, in the terms of 2020-12: the part of schemagen's view that the
// templates of ./pack need, written again. Subschemas stay as they are, each with its pointer.
"use strict";

const OLD_DRAFTS = new Set(["draft 4", "draft 6", "draft 7"]);
const TYPES = new Set(["object", "array", "string", "number", "integer", "boolean", "null"]);
const ANNOTATIONS = new Set([
  "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
]);
const KEYWORDS = {
  object: new Set([
    "properties", "patternProperties", "additionalProperties", "required", "minProperties", "maxProperties",
    "propertyNames", "dependencies", "dependentRequired", "dependentSchemas", "unevaluatedProperties",
  ]),
  array: new Set([
    "items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains",
    "maxContains", "unevaluatedItems",
  ]),
  string: new Set([
    "minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema",
  ]),
  number: new Set(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
};
KEYWORDS.integer = KEYWORDS.number;
const LOUD = new Set([
  ...KEYWORDS.object, ...KEYWORDS.array, ...KEYWORDS.string, ...KEYWORDS.number, "allOf", "anyOf", "oneOf", "not", "if",
  "then", "else", "enum", "const", "type", "$ref", "$dynamicRef", "$recursiveRef",
]);
const MERGED = new Set([
  "type", "properties", "required", "$comment", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
  "multipleOf", "minLength", "maxLength", "pattern", "format", "minItems", "maxItems", "uniqueItems", "minProperties",
  "maxProperties", "default", "examples", "deprecated", "readOnly", "writeOnly",
]);
const CONDITION = new Set(["if", "then", "else", "$comment"]);
const DESCRIBED_CONSTANT = new Set(["const", "title", "description", "type", "$comment", "deprecated"]);
const MAX_UNWRAPPED = 16;

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isSchema = (value) => typeof value === "boolean" || isObject(value);
const strings = (value) => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);
const escapeToken = (token) => token.replace(/~/g, "~0").replace(/\//g, "~1");
const place = (value, here) => (isSchema(value) ? [value, here] : null);

// Whether a draft has a keyword for subschemas.
function has(draft, keyword) {
  switch (keyword) {
    case "if": case "then": case "else":
      return draft !== "draft 4" && draft !== "draft 6";
    case "contains": case "propertyNames":
      return draft !== "draft 4";
    case "dependentSchemas": case "unevaluatedItems": case "unevaluatedProperties": case "contentSchema":
      return !OLD_DRAFTS.has(draft);
    case "prefixItems":
      return draft === "2020-12";
    default:
      return true;
  }
}

function mapPlaces(value, here) {
  const found = [];
  if (isObject(value))
    for (const key of Object.keys(value))
      if (isSchema(value[key])) found.push([key, [value[key], `${here}/${escapeToken(key)}`]]);
  return found;
}

function listPlaces(value, here) {
  const found = [];
  if (Array.isArray(value))
    value.forEach((item, index) => {
      if (isSchema(item)) found.push([item, `${here}/${index}`]);
    });
  return found;
}

function annotationsOf(schema) {
  const found = {};
  for (const key of Object.keys(schema))
    if (ANNOTATIONS.has(key) || key.startsWith("x-")) found[key] = schema[key];
  return found;
}

function normalWords(schema) {
  if (!("id" in schema || "const" in schema || "exclusiveMinimum" in schema || "exclusiveMaximum" in schema))
    return schema;
  const words = {};
  for (const key of Object.keys(schema)) if (key !== "const") words[key === "id" ? "$id" : key] = schema[key];
  for (const [exclusive, bound] of [["exclusiveMinimum", "minimum"], ["exclusiveMaximum", "maximum"]]) {
    if (typeof words[exclusive] !== "boolean") continue;
    const is = words[exclusive];
    delete words[exclusive];
    if (is && bound in words) {
      words[exclusive] = words[bound];
      delete words[bound];
    }
  }
  return words;
}

function emptyRules(words, pointer) {
  return {
    words, pointer, required: [], properties: [], patternProperties: [], additional: null, unevaluated: null,
    propertyNames: null, prefixItems: [], items: null, unevaluatedItems: null, contains: null, allOf: [], anyOf: [],
    oneOf: [], negated: null, conditions: [], dependentSchemas: [], contentSchema: null, references: [],
  };
}

function readRules(schema, pointer, draft) {
  const isOld = OLD_DRAFTS.has(draft);
  if (isOld && typeof schema.$ref === "string") {
    const alone = { ...annotationsOf(schema), $ref: schema.$ref };
    const rules = emptyRules(alone, pointer);
    rules.references = [["$ref", pointer]];
    return rules;
  }
  const rules = emptyRules(draft === "draft 4" ? normalWords(schema) : schema, pointer);
  for (const keyword of Object.keys(schema)) {
    const value = schema[keyword];
    const here = `${pointer}/${keyword}`;
    if (!has(draft, keyword)) continue;
    switch (keyword) {
      case "properties": rules.properties = mapPlaces(value, here); break;
      case "patternProperties": rules.patternProperties = mapPlaces(value, here); break;
      case "dependentSchemas": rules.dependentSchemas = mapPlaces(value, here); break;
      case "dependencies": if (isOld) rules.dependentSchemas = mapPlaces(value, here); break;
      case "prefixItems": rules.prefixItems = listPlaces(value, here); break;
      case "anyOf": rules.anyOf = listPlaces(value, here); break;
      case "oneOf": rules.oneOf = listPlaces(value, here); break;
      case "items":
        if (Array.isArray(value)) rules.prefixItems = listPlaces(value, here);
        else rules.items = place(value, here);
        break;
      case "additionalItems":
        if (draft !== "2020-12" && Array.isArray(schema.items)) rules.items = place(value, here);
        break;
      case "additionalProperties": rules.additional = place(value, here); break;
      case "unevaluatedProperties": rules.unevaluated = place(value, here); break;
      case "unevaluatedItems": rules.unevaluatedItems = place(value, here); break;
      case "propertyNames": rules.propertyNames = place(value, here); break;
      case "contains": rules.contains = place(value, here); break;
      case "not": rules.negated = place(value, here); break;
      case "contentSchema": rules.contentSchema = place(value, here); break;
      case "required": rules.required = strings(value); break;
      case "$ref": rules.references.push(["$ref", pointer]); break;
      case "$recursiveRef": if (draft === "2019-09") rules.references.push([keyword, pointer]); break;
      case "$dynamicRef": if (draft === "2020-12") rules.references.push([keyword, pointer]); break;
    }
  }
  if ("if" in schema && has(draft, "if")) rules.conditions = [[schema, pointer]];
  if ("allOf" in schema) {
    rules.allOf = listPlaces(schema.allOf, `${pointer}/allOf`).filter(
      ([member, here]) => !(member === true || (isObject(member) && merge(rules, member, here, draft))),
    );
  }
  return rules;
}

function merge(rules, member, here, draft) {
  const keywords = Object.keys(member);
  if ("if" in member && has(draft, "if") && keywords.every((key) => CONDITION.has(key))) {
    rules.conditions = [...rules.conditions, [member, here]];
    return true;
  }
  if (!keywords.every((key) => MERGED.has(key))) return false;
  const words = draft === "draft 4" ? normalWords(member) : member;
  for (const key of Object.keys(words)) {
    if (key === "properties" || key === "required" || key === "$comment") continue;
    if (key in rules.words && !equal(rules.words[key], words[key])) return false;
  }
  const added = mapPlaces(member.properties, `${here}/properties`);
  const known = new Set(rules.properties.map(([key]) => key));
  if (added.some(([key]) => known.has(key))) return false;
  rules.properties = [...rules.properties, ...added];
  rules.required = [...rules.required, ...strings(member.required)];
  rules.words = { ...words, ...rules.words };
  return true;
}

const equal = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

function asksOnly(rules, ...keywords) {
  return Object.keys(rules.words).every(
    (key) => keywords.includes(key) || ANNOTATIONS.has(key) || key.startsWith("x-") || !LOUD.has(key),
  );
}

function isNull(schema) {
  if (!isObject(schema) || Object.keys(schema).length !== 1) return false;
  const listed = schema.enum;
  return schema.type === "null" || schema.const === null ||
    (Array.isArray(listed) && listed.length === 1 && listed[0] === null);
}

// The rules of the one schema that `rules` only wrap, and whether null is allowed too.
function unwrap(rules, draft) {
  let isNullable = false;
  for (let turn = 0; turn < MAX_UNWRAPPED; turn++) {
    const offers = [["allOf", rules.allOf], ["anyOf", rules.anyOf], ["oneOf", rules.oneOf]].filter(
      ([, places]) => places.length,
    );
    if (offers.length !== 1 || rules.references.length) break;
    let [keyword, places] = offers[0];
    if (places.length === 2 && keyword !== "allOf") places = places.filter(([schema]) => !isNull(schema));
    if (places.length !== 1 || !isObject(places[0][0]) || !asksOnly(rules, keyword)) break;
    isNullable = isNullable || Math.max(rules.anyOf.length, rules.oneOf.length) > 1;
    const [wrapped, pointer] = places[0];
    rules = readRules({ ...wrapped, ...annotationsOf(rules.words) }, pointer, draft);
  }
  return [rules, isNullable];
}

function partReferences(rules) {
  if (!rules.references.length || Object.keys(rules.words).length < 2) return;
  if (asksOnly(rules, "$ref", "$recursiveRef", "$dynamicRef")) return;
  const parts = rules.references.map(([keyword, pointer]) => [{ [keyword]: rules.words[keyword] ?? "" }, pointer]);
  rules.allOf = [...parts, ...rules.allOf];
  rules.references = [];
}

function declaredTypes(words) {
  const value = words.type;
  if (typeof value === "string") return TYPES.has(value) ? [value] : [];
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string")) return [];
  return [...new Set(value)].filter((name) => TYPES.has(name));
}

function assumedTypes(words) {
  return ["object", "array", "string", "number"].filter((name) =>
    Object.keys(words).some((key) => KEYWORDS[name].has(key)),
  );
}

function wordsOfType(schema, name) {
  const words = { type: name };
  const keywords = KEYWORDS[name] || new Set();
  for (const key of Object.keys(schema)) if (keywords.has(key)) words[key] = schema[key];
  return words;
}

// The values of an enum, or of a union of described constants.
function enumeration(rules) {
  if (Array.isArray(rules.words.enum)) return rules.words.enum;
  if (Boolean(rules.oneOf.length) === Boolean(rules.anyOf.length) || rules.allOf.length || rules.references.length)
    return null;
  const variants = (rules.oneOf.length ? rules.oneOf : rules.anyOf).map(([schema]) => schema);
  const isDescribed = (variant) =>
    isObject(variant) && "const" in variant && Object.keys(variant).every((key) => DESCRIBED_CONSTANT.has(key));
  return variants.every(isDescribed) ? variants.map((variant) => variant.const) : null;
}

module.exports = {
  ANNOTATIONS, TYPES, assumedTypes, declaredTypes, enumeration, escapeToken, isObject, isSchema, partReferences,
  readRules, strings, unwrap, wordsOfType,
};
