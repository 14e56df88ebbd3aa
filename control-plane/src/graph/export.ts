import type { Scope } from '../kernel/index.ts';
import { cypherWriter } from './cypher.ts';
import { nodesWriter, relationshipsWriter } from './csv.ts';
import { createElements } from './elements.ts';
import { graphmlWriter } from './graphml.ts';
import type { GraphQuery, GraphReader, GraphTopics, GraphWriter } from './ports.ts';

export const WRITERS = {
  graphml: graphmlWriter,
  cypher: cypherWriter,
  nodes: nodesWriter,
  relationships: relationshipsWriter,
} as const satisfies Record<string, () => GraphWriter>;
export type GraphFormat = keyof typeof WRITERS;
export const GRAPH_FORMATS = Object.keys(WRITERS) as readonly GraphFormat[];

/** The graph as text, portion by portion: whoever reads slowly holds up the walk, and nothing piles up. */
export async function* exportGraph(
  { reader, topics }: { readonly reader: GraphReader; readonly topics: GraphTopics },
  scope: Scope,
  query: GraphQuery,
  writer: GraphWriter,
): AsyncGenerator<string> {
  const elements = createElements((threadId) => topics.of(scope, threadId));
  yield writer.head();
  for await (const rows of reader.walk(scope, query)) {
    const text = writer.portion(await elements(rows));
    if (text !== '') yield text;
  }
  const foot = writer.foot();
  if (foot !== '') yield foot;
}
