// The graph in each format, read back by parsers that are not ours, whatever senders call things.
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { AbstractGraph } from 'graphology-types';
import { MultiDirectedGraph } from 'graphology';
import { parse } from 'graphology-graphml';
import { describe, expect, it } from 'vitest';
import { exportGraph, literal, WRITERS, type GraphFormat, type GraphRow } from '../../../../control-plane/src/graph/index.ts';

const SCOPE = { tenant: 't', environment: 'e' };
const QUERY = { fromMs: 0, toMs: 1, thread: undefined, user: undefined, hasTexts: true };

const row = (given: Partial<GraphRow> = {}): GraphRow => ({
  id: 'r1',
  atMs: Date.parse('2026-05-01T10:00:00Z'),
  endedAtMs: null,
  user: 'p_1',
  threadId: 'thr_1',
  kind: 'turn',
  position: 'first',
  intent: 'task_execution',
  followUp: null,
  method: 'new',
  confidence: 0.97,
  similarity: null,
  isFork: false,
  predecessor: null,
  outcome: 'ok',
  isBlocked: false,
  model: 'gpt-4o',
  inputTokens: 10,
  outputTokens: 20,
  costUsd: 1e-7,
  runId: null,
  traceId: null,
  prompt: null,
  answer: null,
  thread: { startedAtMs: 0, lastAtMs: 0, turns: 2, calls: 3, costUsd: null },
  isUsersFirst: true,
  ...given,
});

const ROWS = [
  row(),
  row({ id: 'r2', position: 'continuation', method: 'inferred', similarity: 0.7, predecessor: 'r1', thread: null, isUsersFirst: false }),
  row({ id: 'r3', kind: 'step', predecessor: 'r2', thread: null, isUsersFirst: false, model: 'mini' }),
];

async function write(format: GraphFormat, rows: readonly GraphRow[], label = 'rota, shifts'): Promise<string> {
  const reader = {
    async *walk() {
      await Promise.resolve();
      for (const one of rows) yield [one];
    },
  };
  const topics = { of: () => Promise.resolve({ id: 'top_1', label }) };
  let text = '';
  for await (const part of exportGraph({ reader, topics }, SCOPE, QUERY, WRITERS[format]())) text += part;
  return text;
}

const readGraphml = (text: string): AbstractGraph => parse(MultiDirectedGraph, text, { addMissingNodes: false });

// The grammar of openCypher, as Neo4j's own editors use it.
interface Antlr {
  readonly CypherLexer: new (input: unknown) => Parser;
  readonly CypherParser: new (tokens: unknown) => Parser;
}
interface Parser {
  removeErrorListeners(): void;
  addErrorListener(listener: object): void;
  cypher(): { getText(): string };
}
const require = createRequire(import.meta.url);
const { CypherLexer, CypherParser } = require('@neo4j-cypher/antlr4') as Antlr;
const antlr = (require('@neo4j-cypher/antlr4-browser') as { default: { default?: AntlrRuntime } & AntlrRuntime }).default;
interface AntlrRuntime {
  readonly InputStream: new (text: string, decode: boolean) => unknown;
  readonly CommonTokenStream: new (lexer: object) => unknown;
}
const runtime: AntlrRuntime = antlr.default ?? antlr;

/** What the grammar says is wrong. */
function faultsOf(cypher: string): readonly string[] {
  const faults: string[] = [];
  const listener = {
    syntaxError: (_recognizer: unknown, _symbol: unknown, line: number, column: number, message: string) =>
      faults.push(`${line}:${column} ${message}`),
    reportAmbiguity: () => undefined,
    reportAttemptingFullContext: () => undefined,
    reportContextSensitivity: () => undefined,
  };
  const lexer = new CypherLexer(new runtime.InputStream(cypher.trimEnd(), true));
  lexer.removeErrorListeners();
  lexer.addErrorListener(listener);
  const parser = new CypherParser(new runtime.CommonTokenStream(lexer));
  parser.removeErrorListeners();
  parser.addErrorListener(listener);
  parser.cypher();
  return faults;
}

/** RFC 4180. */
function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('the graph of requests', () => {
  it('as GraphML has users, threads, requests, models and topics with what links them', async () => {
    const graph = readGraphml(await write('graphml', ROWS));
    expect(graph.order).toBe(8);
    expect(graph.getNodeAttribute('request:r2', 'method')).toBeUndefined();
    expect(graph.getNodeAttributes('request:r2')).toMatchObject({
      labels: ':Request',
      position: 'continuation',
      inputTokens: 10,
      costUsd: 1e-7,
    });
    expect(graph.getNodeAttributes('topic:top_1')).toMatchObject({ labels: ':Topic', name: 'rota, shifts' });
    const edges = graph.mapEdges((_edge, attributes, source, target) => [source, attributes['label'] as string, target]);
    expect(edges).toEqual(
      expect.arrayContaining([
        ['user:p_1', 'HAS', 'thread:thr_1'],
        ['thread:thr_1', 'CONTAINS', 'request:r1'],
        ['thread:thr_1', 'ABOUT', 'topic:top_1'],
        ['request:r2', 'FOLLOWS', 'request:r1'],
        ['request:r3', 'SERVES', 'request:r2'],
        ['request:r3', 'ANSWERED_BY', 'model:mini'],
      ]),
    );
    const follows = graph.findEdge((_edge, attributes) => attributes['label'] === 'FOLLOWS');
    expect(graph.getEdgeAttributes(follows)).toMatchObject({ method: 'inferred', confidence: 0.97, similarity: 0.7 });
  });

  it('as openCypher is what the grammar takes, and may run twice', async () => {
    const cypher = await write('cypher', ROWS);
    expect(faultsOf(cypher)).toEqual([]);
    expect(faultsOf(`${cypher}MERGE (`)).not.toEqual([]);
    expect(cypher).not.toMatch(/\bCREATE\b/);
    expect(cypher).toContain('MERGE (a:Request {id: row.source}) MERGE (b:Request {id: row.target}) MERGE (a)-[r:FOLLOWS]->(b)');
  });

  it('as CSV names ids, labels and types as the importer of Neo4j wants them', async () => {
    const nodes = readCsv(await write('nodes', ROWS));
    expect(nodes[0]?.slice(0, 3)).toEqual([':ID', ':LABEL', 'name:string']);
    expect(nodes).toHaveLength(9);
    const relationships = readCsv(await write('relationships', ROWS));
    expect(relationships[0]).toEqual([':START_ID', ':END_ID', ':TYPE', 'method:string', 'confidence:double', 'similarity:double']);
    const ids = new Set(nodes.map(([id]) => id));
    for (const [from = '', to = ''] of relationships.slice(1)) expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
  });
});

/** What somebody may call a model, a topic or themselves, or ask. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    "'}) DETACH DELETE n //",
    '\\',
    "\\'",
    '\\u0027}) RETURN 1 //',
    ']]></data><node id="x"/>',
    '"><x>',
    '</graphml>',
    '&lt;',
    '"",""\n"',
    '=1+1',
    '\u0000\u0008\uFFFE\uD800',
    '\u2028;\n`',
  ),
);
const HOSTILE_ROWS = fc
  .record({ user: hostile, model: hostile, prompt: hostile, followUp: hostile, label: hostile })
  .map(({ label, ...given }) => ({ label, row: row(given) }));

describe('hostile names and texts', () => {
  it('stay text in GraphML', async () => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_ROWS, async ({ label, row: one }) => {
        const graph = readGraphml(await write('graphml', [one], label));
        expect(graph.order).toBe(5);
        expect(graph.size).toBe(4);
        // A control character has no place in XML; all else comes back as it was.
        const kept = (one.prompt ?? '')
          .toWellFormed()
          .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}');
        expect(graph.getNodeAttribute('request:r1', 'prompt') ?? '').toBe(kept);
      }),
      { numRuns: 150 },
    );
  });

  it('stay one literal in openCypher', async () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const quoted = literal(text);
        // No quote and no backslash inside that is not escaped, and nothing that ends a line.
        expect(quoted).toMatch(/^'(?:[^'\\\p{Cc}\u2028\u2029]|\\(?:[\\'bfnrt]|u[0-9a-f]{4}))*'$/u);
        expect(JSON.parse(`"${quoted.slice(1, -1).replaceAll("\\'", "'").replaceAll('"', '\\"')}"`)).toBe(text.toWellFormed());
      }),
    );
    await fc.assert(
      fc.asyncProperty(HOSTILE_ROWS, async ({ label, row: one }) => {
        expect(faultsOf(await write('cypher', [one], label))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('stay one cell in CSV', async () => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_ROWS, async ({ label, row: one }) => {
        const [head = [], ...rows] = readCsv(await write('nodes', [one], label));
        expect(rows).toHaveLength(5);
        for (const cells of rows) expect(cells).toHaveLength(head.length);
        const request = rows.find(([, kind]) => kind === 'Request');
        expect(request?.[head.indexOf('prompt:string')]).toBe((one.prompt ?? '').toWellFormed());
      }),
      { numRuns: 100 },
    );
  });
});

it('holds one portion at a time, however many there are and however slow the reader is', async () => {
  let [made, most] = [0, 0];
  let read = 0;
  const reader = {
    async *walk() {
      for (let at = 0; at < 200; at += 1) {
        made += 1;
        most = Math.max(most, made - read);
        yield Array.from({ length: 500 }, (_, place) =>
          row({
            id: `r${at}-${place}`,
            user: `p${at}-${place}`,
            threadId: `t${at}-${place}`,
            model: `m${at}-${place}`,
          }),
        );
        await Promise.resolve();
      }
    },
  };
  let [characters, requests] = [0, 0];
  const parts = { reader, topics: { of: () => Promise.resolve(undefined) } };
  for await (const text of exportGraph(parts, SCOPE, QUERY, WRITERS.graphml())) {
    read = made;
    characters += text.length;
    requests += text.split('>:Request<').length - 1;
  }
  expect(requests).toBe(100_000);
  expect(most).toBe(1);
  expect(characters).toBeGreaterThan(30_000_000);
});
