// GraphML, as Gephi, yEd, NetworkX, igraph and Neo4j's APOC read it.
import type { GraphWriter } from './ports.ts';
import { EDGE_PROPERTIES, NODE_PROPERTIES } from './properties.ts';
import { isWritable, wellFormed } from './values.ts';
import type { GraphPortion, Properties } from './types.ts';

// XML 1.0 has no way to write these, not even escaped.
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

export const xml = (text: string): string =>
  wellFormed(text)
    .replace(NOT_XML, '\u{FFFD}')
    // Parsers make blanks of tabs and line feeds in attributes, and line feeds of all that may end a line.
    .replace(/[&<>"\t\n\r\u{85}\u{2028}]/gu, (character) => ESCAPES[character] ?? `&#${character.charCodeAt(0)};`);

const data = (properties: Properties, prefix: string): string =>
  Object.entries(properties)
    .filter(([, value]) => isWritable(value))
    .map(([name, value]) => `<data key="${prefix}${name}">${xml(String(value))}</data>`)
    .join('');

export function graphmlWriter(): GraphWriter {
  const keys = (names: Readonly<Record<string, string>>, of: 'node' | 'edge'): string =>
    Object.entries(names)
      .map(([name, type]) => `<key id="${of[0]}_${name}" for="${of}" attr.name="${name}" attr.type="${type}"/>\n`)
      .join('');
  return {
    contentType: 'application/graphml+xml; charset=utf-8',
    fileName: 'clew.graphml',
    head: () =>
      `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="labels" for="node" attr.name="labels" attr.type="string"/>
<key id="label" for="edge" attr.name="label" attr.type="string"/>
${keys(NODE_PROPERTIES, 'node')}${keys(EDGE_PROPERTIES, 'edge')}<graph id="clew" edgedefault="directed">
`,
    portion: ({ nodes, edges }: GraphPortion) =>
      [
        ...nodes.map(
          ({ id, label, properties }) => `<node id="${xml(id)}"><data key="labels">:${label}</data>${data(properties, 'n_')}</node>\n`,
        ),
        ...edges.map(
          ({ from, to, type, properties }) =>
            `<edge source="${xml(from)}" target="${xml(to)}"><data key="label">${type}</data>${data(properties, 'e_')}</edge>\n`,
        ),
      ].join(''),
    foot: () => '</graph>\n</graphml>\n',
  };
}
