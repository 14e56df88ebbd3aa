// The fields of a policy, from its JSON Schema.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { code, table } from './markdown.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

const FILE = path.resolve(import.meta.dirname, '../../policies/policy.schema.json');

export function policyFields(): string {
  const root = JSON.parse(readFileSync(FILE, 'utf8')) as Schema;
  const rows: string[][] = [];
  walk(root, root, '', rows);
  return table(['field', 'takes', 'default', 'meaning'], rows);
}

function resolve(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...own } = schema;
  const target = root.definitions?.[$ref.replace('#/definitions/', '')];
  if (target === undefined) throw new Error(`policies/policy.schema.json has no ${$ref}`);
  return { ...target, ...own };
}

function walk(schema: Schema, root: Schema, at: string, rows: string[][]): void {
  for (const [name, given] of Object.entries(schema.properties ?? {})) {
    const field = resolve(given, root);
    const where = at === '' ? name : `${at}.${name}`;
    const items = field.items === undefined ? undefined : resolve(field.items, root);
    const isRequired = schema.required?.includes(name) === true;
    rows.push([
      code(where),
      takes(field, items) + (isRequired ? ', required' : ''),
      field.default === undefined ? '' : code(JSON.stringify(field.default)),
      field.description ?? items?.description ?? '',
    ]);
    walk(field, root, where, rows);
    if (items !== undefined) walk(items, root, `${where}[]`, rows);
  }
}

function takes(field: Schema, items: Schema | undefined): string {
  if (field.const !== undefined) return code(JSON.stringify(field.const));
  if (field.enum !== undefined) return field.enum.map((value) => code(String(value))).join(', ');
  if (items !== undefined) return `list of ${items.properties === undefined ? takes(items, undefined) : 'entries'}${count(field)}`;
  if (typeof field.additionalProperties === 'object') return `name: ${takes(field.additionalProperties, undefined)}`;
  return `${field.type ?? 'value'}${range(field)}`;
}

const count = ({ minItems, maxItems }: Schema): string =>
  maxItems === undefined ? '' : `, ${minItems === undefined ? 'at most' : `${minItems} to`} ${maxItems}`;

function range({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const low = minimum === undefined ? (exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`) : ` from ${minimum}`;
  return `${low}${maximum === undefined ? '' : ` to ${maximum}`}`;
}
