// Looks things up in the policy's JSON Schema: what a field is for, and which fields a place takes.
import { readFileSync } from 'node:fs';

interface Node {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: unknown;
}

type Root = Node & { readonly definitions: Readonly<Record<string, Node>> };

const FILE = new URL('../../../policies/policy.schema.json', import.meta.url);
let root: Root | undefined;

const rootNode = (): Root => (root ??= JSON.parse(readFileSync(FILE, 'utf8')) as Root);

/** The schema as it stands in policies/. Read once, when first asked for. */
export const policySchema = (): Readonly<Record<string, unknown>> => rootNode() as unknown as Readonly<Record<string, unknown>>;

export interface Place {
  /** What the field is for, from the nearest place that says so. */
  readonly description: string | undefined;
  /** Names that an object here takes; undefined where any do. */
  readonly fields: readonly string[] | undefined;
}

/** The schema at a path of keys and indexes. */
export function placeOf(path: readonly string[]): Place {
  let node: Node | undefined = rootNode();
  let description: string | undefined;
  for (const step of path) {
    node = deref(node)?.properties?.[step] ?? (/^\d+$/.test(step) ? deref(node)?.items : undefined);
    description = node?.description ?? deref(node)?.description ?? description;
  }
  const target = deref(node);
  const isClosed = target?.properties !== undefined && target.additionalProperties === false;
  return { description, fields: isClosed ? Object.keys(target.properties ?? {}) : undefined };
}

function deref(node: Node | undefined): Node | undefined {
  return node?.$ref === undefined ? node : rootNode().definitions[node.$ref.replace('#/definitions/', '')];
}
