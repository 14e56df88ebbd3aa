// Requests as nodes and edges.
import type { GraphEdge, GraphNode, GraphPortion, GraphRow } from './types.ts';

const time = (ms: number): string => new Date(ms).toISOString();
const requestId = (id: string): string => `request:${id}`;

/** Names come from senders: beyond so many a model stands as a property of its requests only. */
const MAX_MODELS = 10_000;

/** Remembers models and topics alone; users and threads are told apart by the walk. */
export function createElements(topicOf: (threadId: string) => Promise<{ readonly id: string; readonly label: string } | null | undefined>) {
  const models = new Set<string>();
  const topics = new Set<string>();
  return async (rows: readonly GraphRow[]): Promise<GraphPortion> => {
    const nodes: GraphNode[] = [];
    const edges: GraphEdge[] = [];
    const edge = (type: GraphEdge['type'], from: string, to: string, properties: GraphEdge['properties'] = {}): void => {
      edges.push({ type, from, to, properties });
    };
    for (const row of rows) {
      const [request, thread] = [requestId(row.id), `thread:${row.threadId}`];
      const link = { method: row.method, confidence: row.confidence, similarity: row.similarity };
      if (row.user !== null && row.isUsersFirst) nodes.push({ label: 'User', id: `user:${row.user}`, properties: { name: row.user } });
      if (row.thread !== null) {
        nodes.push(threadNode(thread, row.thread));
        if (row.user !== null) edge('HAS', `user:${row.user}`, thread);
        const topic = await topicOf(row.threadId);
        if (topic !== undefined && topic !== null) {
          const id = `topic:${topic.id}`;
          if (!topics.has(id)) nodes.push({ label: 'Topic', id, properties: { name: topic.label } });
          topics.add(id);
          edge('ABOUT', thread, id);
        }
      }
      nodes.push(requestNode(request, row));
      edge('CONTAINS', thread, request, row.predecessor === null ? link : {});
      if (row.predecessor !== null) edge(row.kind === 'turn' ? 'FOLLOWS' : 'SERVES', request, requestId(row.predecessor), link);
      if (row.model !== null && (models.has(row.model) || models.size < MAX_MODELS)) {
        const id = `model:${row.model}`;
        if (!models.has(row.model)) nodes.push({ label: 'Model', id, properties: { name: row.model } });
        models.add(row.model);
        edge('ANSWERED_BY', request, id);
      }
    }
    return { nodes, edges };
  };
}

function threadNode(id: string, thread: NonNullable<GraphRow['thread']>): GraphNode {
  const { startedAtMs, lastAtMs, turns, calls, costUsd } = thread;
  return { label: 'Thread', id, properties: { startedAt: time(startedAtMs), lastAt: time(lastAtMs), turns, calls, costUsd } };
}

function requestNode(id: string, row: GraphRow): GraphNode {
  const { kind, position, intent, followUp, isFork, outcome, isBlocked, inputTokens, outputTokens, costUsd, runId, traceId } = row;
  const times = { at: time(row.atMs), endedAt: row.endedAtMs === null ? null : time(row.endedAtMs) };
  const what = { kind, position, intent, followUp, isFork, outcome, isBlocked };
  const figures = { inputTokens, outputTokens, costUsd };
  return {
    label: 'Request',
    id,
    properties: { ...times, ...what, ...figures, runId, traceId, prompt: row.prompt, answer: row.answer },
  };
}
