// What people and evaluators say. The table of 0002 was never written to.
export const feedback = `
DROP TABLE feedback;
CREATE TABLE feedback (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT,
  source TEXT NOT NULL,
  -- thumbs: 1 up, -1 down; completion: 1 or 0; null for comments.
  value REAL,
  -- Redacted.
  comment TEXT,
  at_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  target_kind TEXT NOT NULL,
  target TEXT NOT NULL,
  -- Pseudonym of a giver who may judge own requests only; null for applications.
  giver TEXT,
  -- Null while it waits for its request.
  thread_id TEXT,
  request_id TEXT,
  principal TEXT,
  PRIMARY KEY (scope, id)
) STRICT;
CREATE INDEX feedback_thread ON feedback (scope, thread_id, at_ms) WHERE thread_id IS NOT NULL;
CREATE INDEX feedback_request ON feedback (scope, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX feedback_principal ON feedback (scope, principal) WHERE principal IS NOT NULL;
CREATE INDEX feedback_held ON feedback (scope, target_kind, target) WHERE thread_id IS NULL;
CREATE INDEX feedback_held_giver ON feedback (scope, giver) WHERE thread_id IS NULL;
CREATE INDEX feedback_held_age ON feedback (scope, received_at_ms) WHERE thread_id IS NULL;
CREATE INDEX feedback_age ON feedback (scope, at_ms);
CREATE INDEX requests_response ON requests (scope, json_extract(sample, '$.call.responseId'))
  WHERE json_extract(sample, '$.call.responseId') IS NOT NULL;
`;
