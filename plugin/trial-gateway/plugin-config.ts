// Kong checks a plugin's settings against the schema that the plugin declares, and fills in defaults, before the plugin
// sees them. This does the same for the kinds of fields that Kong's schema language has for plain settings.

interface FieldSpec {
  readonly type?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly one_of?: readonly unknown[];
  readonly between?: readonly [number, number];
  readonly len_min?: number;
  readonly len_max?: number;
  /** A Lua pattern. */
  readonly match?: string;
  readonly fields?: FieldList;
  readonly elements?: FieldSpec;
  readonly values?: FieldSpec;
}

/** As Kong writes it: a list of tables with one name each. */
export type FieldList = readonly Readonly<Record<string, FieldSpec>>[];

/** The settings do not fit the plugin's schema. One line per fault, without the values. */
export class PluginConfigError extends Error {
  override readonly name = 'PluginConfigError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The plugin's settings do not fit its schema:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPE_CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  set: Array.isArray,
  map: isRecord,
  record: isRecord,
};

function checkText(spec: FieldSpec, value: string, where: string, faults: string[]): void {
  const bytes = Buffer.byteLength(value);
  if (bytes < (spec.len_min ?? 1)) faults.push(`${where}: expected at least ${spec.len_min ?? 1} characters`);
  if (spec.len_max !== undefined && bytes > spec.len_max) faults.push(`${where}: expected at most ${spec.len_max} characters`);
  // Lua patterns without % mean the same as regular expressions, as far as settings use them.
  if (spec.match !== undefined && !spec.match.includes('%') && !new RegExp(spec.match).test(value))
    faults.push(`${where}: expected text like ${spec.match}`);
}

function checkValue(spec: FieldSpec, value: unknown, where: string, faults: string[]): unknown {
  const check = spec.type === undefined ? undefined : TYPE_CHECKS[spec.type];
  if (check !== undefined && !check(value)) {
    faults.push(`${where}: expected a ${spec.type ?? 'value'}`);
    return value;
  }
  if (spec.one_of !== undefined && !spec.one_of.includes(value)) faults.push(`${where}: expected one of ${spec.one_of.join(', ')}`);
  if (spec.between !== undefined && typeof value === 'number' && (value < spec.between[0] || value > spec.between[1]))
    faults.push(`${where}: expected a number from ${spec.between[0]} to ${spec.between[1]}`);
  if (typeof value === 'string') checkText(spec, value, where, faults);
  if (spec.fields !== undefined && isRecord(value)) return fillRecord(spec.fields, value, where, faults);
  const { elements, values } = spec;
  if (elements !== undefined && Array.isArray(value))
    return value.map((item, index) => checkValue(elements, item, `${where}[${index}]`, faults));
  if (values !== undefined && isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, checkValue(values, item, `${where}.${key}`, faults)]));
  return value;
}

function fillField(spec: FieldSpec, value: unknown, where: string, faults: string[]): unknown {
  if (value !== undefined && value !== null) return checkValue(spec, value, where, faults);
  if (spec.default !== undefined) return checkValue(spec, structuredClone(spec.default), where, faults);
  // Kong fills a record that is not given with the defaults of its members.
  if (spec.type === 'record' && spec.fields !== undefined && spec.required !== false) return fillRecord(spec.fields, {}, where, faults);
  if (spec.required === true) faults.push(`${where}: required field missing`);
  return undefined;
}

function fillRecord(fields: FieldList, given: Readonly<Record<string, unknown>>, where: string, faults: string[]): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  const specs = new Map(fields.flatMap((field) => Object.entries(field)));
  for (const name of Object.keys(given)) if (!specs.has(name)) faults.push(`${where}.${name}: unknown field`);
  for (const [name, spec] of specs) {
    const value = fillField(spec, given[name], `${where}.${name}`, faults);
    if (value !== undefined) filled[name] = value;
  }
  return filled;
}

/** Settings with defaults filled in. Throws {@link PluginConfigError} naming every fault. */
export function fillPluginConfig(fields: FieldList, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const faults: string[] = [];
  const filled = fillRecord(fields, given, 'config', faults);
  if (faults.length > 0) throw new PluginConfigError(faults);
  return filled;
}
