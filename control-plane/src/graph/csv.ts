// CSV with the headers of Neo4j's importer: one file of nodes, one of relationships.
import type { GraphWriter } from './ports.ts';
import { EDGE_PROPERTIES, NODE_PROPERTIES } from './properties.ts';
import { isWritable, wellFormed } from './values.ts';
import type { Properties } from './types.ts';

const cell = (value: string): string => `"${wellFormed(value).replaceAll('"', '""')}"`;
const line = (cells: readonly string[]): string => `${cells.join(',')}\n`;
const header = (names: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(names).map(([name, type]) => `${name}:${type}`);
const cells = (names: Readonly<Record<string, string>>, properties: Properties): readonly string[] =>
  Object.keys(names).map((name) => {
    const value = properties[name] ?? null;
    return isWritable(value) ? (typeof value === 'string' ? cell(value) : String(value)) : '';
  });

const contentType = 'text/csv; charset=utf-8';

export function nodesWriter(): GraphWriter {
  return {
    contentType,
    fileName: 'clew-nodes.csv',
    head: () => line([':ID', ':LABEL', ...header(NODE_PROPERTIES)]),
    portion: ({ nodes }) =>
      nodes.map(({ id, label, properties }) => line([cell(id), label, ...cells(NODE_PROPERTIES, properties)])).join(''),
    foot: () => '',
  };
}

export function relationshipsWriter(): GraphWriter {
  return {
    contentType,
    fileName: 'clew-relationships.csv',
    head: () => line([':START_ID', ':END_ID', ':TYPE', ...header(EDGE_PROPERTIES)]),
    portion: ({ edges }) =>
      edges.map(({ from, to, type, properties }) => line([cell(from), cell(to), type, ...cells(EDGE_PROPERTIES, properties)])).join(''),
    foot: () => '',
  };
}
