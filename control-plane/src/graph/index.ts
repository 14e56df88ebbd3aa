// Requests as a graph, written for other tools as it is read.
export { literal } from './cypher.ts';
export { exportGraph, GRAPH_FORMATS, WRITERS, type GraphFormat } from './export.ts';
export { xml } from './graphml.ts';
export { graphRoutes } from './routes.ts';
export type { GraphQuery, GraphReader, GraphTopics, GraphWriter } from './ports.ts';
export type { GraphEdge, GraphNode, GraphPortion, GraphRow, Properties } from './types.ts';
