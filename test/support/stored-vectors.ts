/** In SQL: every vector of a store's file, in whichever form it stands there. */
export const ALL_VECTORS = `(SELECT scope, model, request_id, kind, principal, thread_id, at_ms, vector FROM vectors
  UNION ALL SELECT r.scope, m.model, r.id, 'prompt', r.principal, r.thread_id, v.at_ms, v.prompt
    FROM request_vectors v JOIN requests r ON r.seq = v.seq & 1099511627775 JOIN vector_models m ON m.id = v.seq >> 40 WHERE v.prompt IS NOT NULL
  UNION ALL SELECT r.scope, m.model, r.id, 'answer', r.principal, r.thread_id, v.at_ms, v.answer
    FROM request_vectors v JOIN requests r ON r.seq = v.seq & 1099511627775 JOIN vector_models m ON m.id = v.seq >> 40 WHERE v.answer IS NOT NULL)`;
