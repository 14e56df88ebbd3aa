// openCypher: statements that may run twice. Rows come as one list a statement, so that a portion is few statements.
import type { GraphWriter } from './ports.ts';
import { isWritable, wellFormed } from './values.ts';
import type { GraphPortion, Properties, Value } from './types.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Unicode escapes are read before a statement is parsed: a backslash is always doubled, and nothing else makes one. */
export const literal = (text: string): string =>
  `'${wellFormed(text).replace(
    // Control characters and separators of lines: some clients split statements at them.
    /[\\'\p{Cc}\u{2028}\u{2029}]/gu,
    (character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}'`;

const valueOf = (value: Value): string => (typeof value === 'string' ? literal(value) : numberOf(value));
/** 1e-7 is a float in openCypher, 5 an integer; so are ours. */
const numberOf = (value: number | boolean): string => String(value);

const mapOf = (properties: Properties): string =>
  `{${Object.entries(properties)
    .filter((pair): pair is [string, Value] => isWritable(pair[1]))
    .map(([name, value]) => `${name}: ${valueOf(value)}`)
    .join(', ')}}`;

/** A statement's list is parsed as a whole. */
const MAX_ROWS = 500;

export function cypherWriter(): GraphWriter {
  return {
    contentType: 'application/x-cypher; charset=utf-8',
    fileName: 'clew.cypher',
    head: () => '',
    portion: ({ nodes, edges }: GraphPortion) =>
      [
        ...statements(
          Map.groupBy(nodes, ({ label }) => label),
          ({ id, properties }) => `{id: ${literal(id)}, properties: ${mapOf(properties)}}`,
          (label) => `MERGE (n:${label} {id: row.id}) SET n += row.properties`,
        ),
        ...statements(
          Map.groupBy(edges, ({ type, from, to }) => `${labelOf(from)} ${type} ${labelOf(to)}`),
          ({ from, to, properties }) => `{source: ${literal(from)}, target: ${literal(to)}, properties: ${mapOf(properties)}}`,
          (key) => {
            const [from = '', type = '', to = ''] = key.split(' ');
            return `MERGE (a:${from} {id: row.source}) MERGE (b:${to} {id: row.target}) MERGE (a)-[r:${type}]->(b) SET r += row.properties`;
          },
        ),
      ].join(''),
    foot: () => '',
  };
}

const LABELS: Readonly<Record<string, string>> = { user: 'User', thread: 'Thread', request: 'Request', model: 'Model', topic: 'Topic' };
/** Ids begin with what they are of. */
const labelOf = (id: string): string => LABELS[id.slice(0, id.indexOf(':'))] ?? 'Request';

function statements<Key extends string, Row>(
  groups: ReadonlyMap<Key, readonly Row[]>,
  rowOf: (row: Row) => string,
  end: (key: Key) => string,
): readonly string[] {
  return [...groups].flatMap(([key, rows]) =>
    Array.from({ length: Math.ceil(rows.length / MAX_ROWS) }, (_, at) => {
      const some = rows.slice(at * MAX_ROWS, (at + 1) * MAX_ROWS).map(rowOf);
      return `UNWIND [\n${some.join(',\n')}\n] AS row ${end(key)};\n`;
    }),
  );
}
