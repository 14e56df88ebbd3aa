// Query parameters against what a route declares. A wrong or unknown one is an error that names it: a filter that is
// silently ignored shows people the wrong data.
import { ClewError, timeOf, type QueryParameter } from '../kernel/index.ts';

export function readQuery(
  url: string,
  declared: readonly QueryParameter[],
  takesOthers = false,
): Readonly<Record<string, string | undefined>> {
  const start = url.indexOf('?');
  const values: Record<string, string | undefined> = {};
  if (start !== -1) {
    for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
      const parameter = declared.find((item) => item.name === name);
      if (!parameter && takesOthers) continue;
      if (!parameter) throw invalid(nameOf(name), `is not known here; known: ${declared.map((item) => item.name).join(', ') || 'none'}`);
      if (values[name] !== undefined) throw invalid(name, 'is given more than once');
      check(parameter, value);
      values[name] = value;
    }
  }
  for (const parameter of declared) {
    if (parameter.required === true && values[parameter.name] === undefined) throw invalid(parameter.name, 'is missing');
  }
  return values;
}

function check({ name, schema }: QueryParameter, value: string): void {
  const options = schema['enum'] as readonly string[] | undefined;
  if (options && !options.includes(value)) throw invalid(name, `takes one of ${options.join(', ')}`);
  if (schema['type'] === 'integer') {
    const low = Number(schema['minimum'] ?? Number.MIN_SAFE_INTEGER);
    const high = Number(schema['maximum'] ?? Number.MAX_SAFE_INTEGER);
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (!(number >= low && number <= high)) throw invalid(name, `takes a whole number from ${low} to ${high}`);
  }
  if (schema['format'] === 'date-time' && timeOf(value) === undefined) {
    throw invalid(name, 'takes a time like 2026-01-31, 2026-01-31T12:00:00Z or epoch seconds');
  }
  const longest = Number(schema['maxLength'] ?? 256);
  if (value.length > longest) throw invalid(name, `takes at most ${longest} characters`);
  if (value === '' && schema['minLength'] !== 0) throw invalid(name, 'is empty');
}

const invalid = (name: string, what: string): ClewError => new ClewError('invalid_query', `parameter ${name} ${what}`);
const nameOf = (name: string): string => (/^[A-Za-z_]{1,32}$/.test(name) ? name : '(unnamed)');
