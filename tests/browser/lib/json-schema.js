/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The part of JSON Schema 2020-12 that calld writes. Strict: where a schema names members, there may be
 * no others, so that nothing goes over the wire that no document mentions.
 */

const FORMATS = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
};
const TYPES = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
const KNOWN = ['$ref', 'type', 'format', 'pattern', 'maxLength', 'minimum', 'maximum', 'maxItems', 'items', 'enum', 'const', 'properties',
  'required', 'additionalProperties', 'allOf', 'oneOf', 'description'];

function resolve(root, schema) {
  if (!schema.$ref)
    return schema;
  const found = schema.$ref.slice(2).split('/').reduce((place, key) => place?.[key], root);
  if (!found)
    throw new Error(`${schema.$ref} leads nowhere`);
  return found;
}

function checkString(schema, value, at) {
  const found = [];
  if (schema.format && !FORMATS[schema.format].test(value))
    found.push(`${at} is no ${schema.format}: ${value}`);
  if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value))
    found.push(`${at} does not fit ${schema.pattern}: ${value}`);
  if (schema.maxLength && value.length > schema.maxLength)
    found.push(`${at} is too long`);
  return found;
}

/* The members of an object and of all it is made of. */
function collect(root, schema) {
  const whole = resolve(root, schema);
  const parts = (whole.allOf ?? []).map((part) => collect(root, part));
  return {
    properties: Object.assign({}, whole.properties, ...parts.map(({ properties }) => properties)),
    required: [...whole.required ?? [], ...parts.flatMap(({ required }) => required)],
    named: whole.properties !== undefined || parts.some(({ named }) => named),
    rest: whole.additionalProperties,
  };
}

function checkObject(root, schema, value, at) {
  const { properties, required, named, rest } = collect(root, schema);
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
  return [...missing, ...Object.entries(value).flatMap(([name, member]) => {
    if (properties[name])
      return check(root, properties[name], member, `${at}.${name}`);
    if (rest)
      return check(root, rest, member, `${at}.${name}`);
    return named ? [`${at}.${name} is in no document`] : [];
  })];
}

/** What is wrong with `value`: a list of sentences, empty when nothing is. */
export function check(root, schema, value, at = 'it') {
  const whole = resolve(root, schema);
  const strange = Object.keys(whole).filter((key) => !KNOWN.includes(key));
  if (strange.length > 0)
    throw new Error(`${at}: this checker does not know ${strange}`);
  if (whole.oneOf) {
    const tries = whole.oneOf.map((option) => check(root, option, value, at));
    return tries.some((found) => found.length === 0) ? [] : tries.sort((a, b) => a.length - b.length)[0];
  }
  if (whole.type && !TYPES[whole.type](value))
    return [`${at} is no ${whole.type}: ${JSON.stringify(value)}`];
  if (whole.enum && !whole.enum.includes(value))
    return [`${at} is not among ${whole.enum}: ${value}`];
  if (whole.const !== undefined && whole.const !== value)
    return [`${at} is not ${whole.const}`];
  if (typeof value === 'string')
    return checkString(whole, value, at);
  if (typeof value === 'number')
    return value < (whole.minimum ?? -Infinity) || value > (whole.maximum ?? Infinity) ? [`${at} is out of range: ${value}`] : [];
  if (Array.isArray(value))
    return value.flatMap((item, i) => check(root, whole.items ?? {}, item, `${at}[${i}]`));
  return TYPES.object(value) ? checkObject(root, whole, value, at) : [];
}
