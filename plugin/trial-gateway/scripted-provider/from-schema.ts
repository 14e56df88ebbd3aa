import { asArray, asNumber, asText, isObject, type Json, type JsonObject } from './ask.ts';

const MAX_DEPTH = 8;

function stringFor(name: string, words: readonly string[]): string {
  if (/date/i.test(name)) return '2025-03-14';
  if (/unit/i.test(name)) return 'celsius';
  if (/url|link/i.test(name)) return 'https://example.com/';
  if (/mail/i.test(name)) return 'someone@example.com';
  if (/city|location|place/i.test(name)) return words.at(-1) ?? 'paris';
  return words.slice(0, 4).join(' ') || name;
}

/** A value that fits a JSON schema (the plain parts of it), made of the words of the question. */
export function valueForSchema(schema: JsonObject, words: readonly string[], name = '', depth = 0): Json {
  if (schema['const'] !== undefined) return schema['const'];
  const [firstChoice] = asArray(schema['enum']);
  if (firstChoice !== undefined) return firstChoice;
  const [alternative] = asArray(schema['anyOf'] ?? schema['oneOf']);
  if (isObject(alternative)) return valueForSchema(alternative, words, name, depth + 1);
  const type = Array.isArray(schema['type']) ? asArray(schema['type']).find((one) => one !== 'null') : schema['type'];
  if (depth > MAX_DEPTH) return null;
  if (isObject(schema['properties']) || type === 'object') {
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    return Object.fromEntries(
      Object.entries(properties).map(([key, part]) => [key, isObject(part) ? valueForSchema(part, words, key, depth + 1) : null]),
    );
  }
  if (type === 'array') return isObject(schema['items']) ? [valueForSchema(schema['items'], words, name, depth + 1)] : [];
  if (type === 'integer' || type === 'number') return asNumber(schema['minimum']) ?? 1;
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  return stringFor(name || asText(schema['title']), words);
}
