// Every string that the schema lets a sender choose, with a value of a person in it.
import { expect, it } from 'vitest';
import { parseSample, type Sample } from '#contract';
import { createRedactor } from '#redact';
import { sanitize } from '../../../../control-plane/src/ingest/sanitize.ts';
import schema from '../../../../plugin/src/contract/schema/sample.schema.json' with { type: 'json' };

interface Node {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: boolean | Node;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

const PLANTED = 'alice.planted@example.com';
/** Redacted in a stage of their own, or kept only where they are proven to say what the redacted sample says. */
const ELSEWHERE = new Set(['prompt', 'answer', 'attestation']);

/** A value of the node with the planted text wherever any text may stand. */
function planted(node: Node, depth = 0): unknown {
  const { $ref, properties, additionalProperties: others, items } = node;
  const types = [node.type].flat();
  const [choice] = node.anyOf ?? node.oneOf ?? [];
  if (depth > 9) return undefined;
  if ($ref !== undefined) return planted(schema.definitions[$ref.split('/').at(-1) as keyof typeof schema.definitions], depth + 1);
  if (choice) return planted(choice, depth + 1);
  if (node.enum) return node.enum[0];
  if ('const' in node) return node.const;
  if (types.includes('string')) return node.pattern === undefined ? PLANTED : undefined;
  if (types.includes('array') && items) return [planted(items, depth + 1)].filter((value) => value !== undefined);
  if (!properties && typeof others !== 'object') return types.includes('boolean') ? true : 1;
  const fields = Object.entries(properties ?? {}).filter(([name]) => depth > 0 || !ELSEWHERE.has(name));
  if (typeof others === 'object') fields.push(['any', others]);
  return Object.fromEntries(fields.map(([name, field]) => [name, planted(field, depth + 1)]).filter(([, value]) => value !== undefined));
}

it('leaves nothing personal in any text that the schema lets a sender choose', () => {
  const sample = planted(schema) as Sample;
  const before = JSON.stringify(sample).split(PLANTED).length - 1;
  expect(before).toBeGreaterThan(50);
  expect(JSON.stringify(sanitize(sample, createRedactor(), new Uint8Array(32).fill(1)))).not.toContain(PLANTED);
});

it('changes nothing of what keeps to the contract', () => {
  const hash = 'Zk3vQ1bYw8JtRm0aXc5LuE';
  const call = { toolCalls: [hash], toolResults: [hash], toolInputs: [hash], firstMessage: hash };
  const parsed = parseSample({
    version: 1,
    id: 'a',
    startedAt: '2026-01-01T00:00:00Z',
    call,
    sampling: { reason: 'rate', rule: 'identity', probability: 0.5, policy: 'default' },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  expect(sanitize(parsed.value, createRedactor(), new Uint8Array(32).fill(1))).toEqual(parsed.value);
});
