// Settings of one plugin instance as Kong's own schema, in the form that the plugin server hands to Kong. Kong fills in
// the defaults, refuses bad values and resolves {vault://…} references before an instance is started.
import {
  DEFAULTS,
  GATEWAY_KINDS,
  LOG_LEVELS,
  MANIFEST_MODES,
  MODES,
  PROPAGATION_FORMATS,
  UNREADABLE_ACTIONS,
  UPSTREAM_MODES,
} from './config.ts';

type Field = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const secret = { type: 'string', referenceable: true, encrypted: true } as const;
const slug = { type: 'string', match: '^[a-z0-9][a-z0-9._-]*$', len_max: 63 } as const;
const integer = (value: number, low: number, high: number) => ({ type: 'integer', default: value, between: [low, high] }) as const;
const list = (values: readonly string[], choices?: readonly string[]) =>
  ({ type: 'array', default: values, elements: { type: 'string', ...(choices ? { one_of: choices } : {}) } }) as const;

export const KONG_SCHEMA: readonly Field[] = [
  { control_plane_url: { type: 'string', default: DEFAULTS.controlPlaneUrl, match: '^https?://', referenceable: true } },
  // Either a token, or a certificate and its key.
  { token: secret },
  { client_cert: { type: 'string', referenceable: true } },
  { client_key: secret },
  { ca_cert: { type: 'string', referenceable: true } },
  // Wall between customers; part of the key of every pseudonym.
  { tenant: { ...slug, default: DEFAULTS.tenant } },
  { environment: { ...slug, default: DEFAULTS.environment } },
  // The same on all gateways of a tenant, or one person gets several pseudonyms.
  { hash_key: { ...secret, required: true, len_min: 16 } },
  // The most that any policy may keep here.
  { mode: { type: 'string', default: DEFAULTS.mode, one_of: MODES } },
  { redact_always: list(DEFAULTS.redactAlways) },
  { propagation: list(DEFAULTS.propagation, PROPAGATION_FORMATS) },
  { policy_poll_seconds: integer(DEFAULTS.policyPollSeconds, 1, 86_400) },
  { max_body_bytes: integer(DEFAULTS.maxBodyBytes, 1024, 67_108_864) },
  { queue_bytes: integer(DEFAULTS.queueBytes, 65_536, 1_073_741_824) },
  { batch_size: integer(DEFAULTS.batchSize, 1, 10_000) },
  { flush_ms: integer(DEFAULTS.flushMs, 10, 600_000) },
  { timeout_ms: integer(DEFAULTS.timeoutMs, 100, 600_000) },
  { spool_dir: { type: 'string' } },
  { spool_bytes: integer(DEFAULTS.spoolBytes, 65_536, 1_099_511_627_776) },
  // Signs what each run was; without one here a key is made in the file.
  { signing_key: secret },
  { signing_key_file: { type: 'string' } },
  { manifest_key: { type: 'string', referenceable: true } },
  { policy_key: { type: 'string', referenceable: true } },
  { manifests: { type: 'string', default: DEFAULTS.manifests, one_of: MANIFEST_MODES } },
  // pseudonyms: the provider reads stand-ins for personal values; the client reads its own words in the answer.
  { upstream: { type: 'string', default: DEFAULTS.upstream, one_of: UPSTREAM_MODES } },
  { upstream_max_bytes: integer(DEFAULTS.upstreamMaxBytes, 1024, 16_777_216) },
  { upstream_unreadable: { type: 'string', default: DEFAULTS.upstreamUnreadable, one_of: UNREADABLE_ACTIONS } },
  { gateway: { type: 'string', default: DEFAULTS.gateway, one_of: GATEWAY_KINDS } },
  { log_level: { type: 'string', default: DEFAULTS.logLevel, one_of: LOG_LEVELS } },
];
