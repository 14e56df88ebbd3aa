// The tables as Kysely sees them; migrations/ says what the columns mean.
import type { Generated } from 'kysely';

export interface JournalTable {
  seq: Generated<number>;
  scope: string;
  id: string;
  received_at_ms: number;
  sealed: Uint8Array;
  key_id: string;
  attempts: Generated<number>;
  due_at_ms: Generated<number>;
  buried_at_ms: number | null;
  buried_reason: string | null;
  is_in_hand: Generated<number>;
  crashes: Generated<number>;
}

export interface RequestTable {
  seq: Generated<number>;
  scope: string;
  id: string;
  at: number;
  ended_at: number | null;
  principal: string | null;
  thread_id: string;
  session_id: string;
  kind: string;
  position: string;
  intent: string;
  follow_up: string | null;
  method: string;
  confidence: number;
  similarity: number | null;
  predecessor_id: string | null;
  outcome: string | null;
  blocked: number;
  truncated: number;
  model: string | null;
  embedding_model: string | null;
  run_id: string | null;
  trace_id: string | null;
  correlation_id: string | null;
  declared_session: string | null;
  topic_id: string | null;
  topic_label: string | null;
  fixed_topic: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  prompt: string | null;
  answer: string | null;
  sample: string;
  placement: string;
  turn: string;
  packed: Uint8Array | null;
  texts: Uint8Array | null;
}

export interface ThreadTable {
  scope: string;
  id: string;
  principal: string | null;
  started_at: number;
  last_at: number;
  ended_at: number;
  turns: number;
  calls: number;
  title: string;
  last_prompt: string;
  topic_id: string | null;
  topic_label: string | null;
  models: string;
  sessions: string;
  errors: number;
  blocks: number;
  input_tokens: number;
  output_tokens: number;
  cost_usd: number | null;
  lowest_confidence: number;
  breakdown_request: string | null;
  breakdown_kind: string | null;
  complaints: number;
  last_complaint: number;
  last_outcome: string | null;
}

export interface VectorTable {
  seq: Generated<number>;
  scope: string;
  model: string;
  request_id: string;
  kind: string;
  principal: string | null;
  thread_id: string;
  at_ms: number;
  vector: Uint8Array;
}

export interface RequestVectorTable {
  seq: number;
  scope: number;
  at_ms: number;
  prompt: Uint8Array | null;
  answer: Uint8Array | null;
}

export interface PolicyVersionTable {
  version: number;
  digest: string;
  at_ms: number;
  actor: string;
  reason: string;
  text: string;
}

export interface ReleasedDayTable {
  scope: string;
  day: string;
  tenant: string;
  epsilon: number;
}

export interface TopicChangeTable {
  seq: Generated<number>;
  scope: string;
  at_ms: number;
  kind: string;
  from_id: string;
  to_id: string;
  threads: number;
}

export interface ReleasedTopicTable {
  scope: string;
  day: string;
  topic_id: string;
  label: string;
  users: number;
  unhappy: number;
  corrected: number | null;
  turns: number | null;
}

export interface AlertTable {
  scope: string;
  id: string;
  status: string;
  name: string;
  labels: string;
  starts_at_ms: number;
  ends_at_ms: number | null;
  received_at_ms: number;
  heard_at_ms: number;
  /** JSON. */
  settings: string;
  due_at_ms: number | null;
}

export interface AlertExplanationTable {
  scope: string;
  alert_id: string;
  /** JSON. */
  explanation: string;
}

export interface AlertThreadTable {
  scope: string;
  alert_id: string;
  finding: number;
  place: number;
  thread_id: string;
  principal: string;
}

export interface AlertPostTable {
  id: string;
  scope: string;
  alert_id: string;
  target: string;
  host: string;
  key: string;
  body: string;
  state: string;
  reason: string | null;
  attempts: number;
  due_at_ms: number;
  created_at_ms: number;
  settled_at_ms: number | null;
}

export interface DeployTable {
  scope: string;
  id: string;
  at_ms: number;
  service: string;
  version: string | null;
}

export interface FeedbackTable {
  scope: string;
  id: string;
  kind: string;
  name: string | null;
  source: string;
  value: number | null;
  comment: string | null;
  at_ms: number;
  received_at_ms: number;
  target_kind: string;
  target: string;
  giver: string | null;
  thread_id: string | null;
  request_id: string | null;
  principal: string | null;
}

export interface PastRunTable {
  seq: Generated<number>;
  scope: string;
  run_id: string;
  request_id: string;
  trace_id: string | null;
  at: number;
  model: string | null;
  record: string;
  observed: string | null;
}

export interface RunIdentityTable {
  seq: Generated<number>;
  scope: string;
  run_id: string;
  request_id: string;
  at: number;
  verdict: string;
  judgement: string;
  signed: string;
  envelope: string;
  leaf_index: number;
  proof: Uint8Array | null;
  signer: number | null;
}

export interface GatewayKeyTable {
  scope: string;
  id: string;
  name: string;
  public_key: string;
  from_ms: number;
  until_ms: number | null;
  revoked_at_ms: number | null;
  vouched: number;
  announced_by: string | null;
}

export interface LinkVerdictTable {
  scope: string;
  request_id: string;
  source: string;
  principal: string;
  at: number;
  evidence: string;
  kind: string;
  confidence: number;
  choices: number;
  guess: string;
  packed: Uint8Array | null;
  repair_id: string | null;
}

export interface CalibrationTable {
  scope: string;
  version: number;
  action: string;
  reverted_to: number | null;
  tuning: string | null;
  preview: string | null;
  at_ms: number;
  by_id: string;
}

export interface RepairTable {
  seq: Generated<number>;
  scope: string;
  id: string;
  kind: string;
  principal: string;
  asked: string;
  into_id: string;
  reason: string | null;
  at_ms: number;
  by_id: string;
  undone_at_ms: number | null;
  undone_by: string | null;
  undo_reason: string | null;
}

export interface RepairMoveTable {
  scope: string;
  repair_id: string;
  request_id: string;
  principal: string;
  at: number;
  from_id: string;
  into_id: string;
  before: string;
}

export interface RepairContradictionTable {
  scope: string;
  repair_id: string;
  request_id: string;
  principal: string;
  at: number;
  evidence: string;
}

export interface AuditTable {
  scope: string;
  seq: number;
  at_ms: number;
  kind: string;
  actor: string;
  entry: string;
  hash: Uint8Array;
}

export interface VaultValueTable {
  seq: Generated<number>;
  scope: string;
  principal: string;
  request_id: string;
  token: string;
  type: string;
  at_ms: number;
  sealed: Uint8Array;
}

export interface HoldTable {
  scope: string;
  id: string;
  kind: string;
  subject: string | null;
  principal: string | null;
  reason: string;
  placed_at_ms: number;
  placed_by: string;
  lifted_at_ms: number | null;
  lifted_by: string | null;
  lift_reason: string | null;
}

export interface Tables {
  holds: HoldTable;
  held_requests: { scope: string; request_id: string; hold_id: string };
  audit: AuditTable;
  audit_heads: { scope: string; size: number; note: string };
  vault_keys: { scope: string; principal: string; master: string; wrapped: Uint8Array };
  vault_values: VaultValueTable;
  link_verdicts: LinkVerdictTable;
  calibrations: CalibrationTable;
  repairs: RepairTable;
  repair_moves: RepairMoveTable;
  repair_contradictions: RepairContradictionTable;
  run_identities: RunIdentityTable;
  signers: { id: Generated<number>; signed: string };
  log_trees: { scope: string; size: number; checkpoint: string | null; checkpoint_size: Generated<number>; checkpoint_ms: number | null };
  gateway_keys: GatewayKeyTable;
  meta: { key: string; value: string };
  journal: JournalTable;
  requests: RequestTable;
  request_words: { seq: number; texts: Uint8Array };
  threads: ThreadTable;
  vectors: VectorTable;
  request_vectors: RequestVectorTable;
  vector_models: { id: number; model: string };
  scopes: { id: Generated<number>; scope: string };
  alerts: AlertTable;
  alert_explanations: AlertExplanationTable;
  alert_threads: AlertThreadTable;
  alert_posts: AlertPostTable;
  deploys: DeployTable;
  policy_versions: PolicyVersionTable;
  released_days: ReleasedDayTable;
  released_topics: ReleasedTopicTable;
  topics: { scope: string; id: string; label: string; parent: string | null; join_at: number | null };
  topic_changes: TopicChangeTable;
  topic_reviews: { scope: string; model: string; texts: number; at_ms: number };
  feedback: FeedbackTable;
  tombstones: { subject: Uint8Array; erased_at_ms: number };
  past_runs: PastRunTable;
  events: {
    seq: Generated<number>;
    scope: string;
    type: string;
    payload: string;
    due_at_ms: Generated<number>;
    attempts: Generated<number>;
  };
}
