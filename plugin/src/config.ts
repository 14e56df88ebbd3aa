// Settings of one plugin instance. Kong has judged them against schema.ts; they are judged again here because the same
// plugin also runs where no Kong is, and because a start that throws would answer every request with an error.
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

export const MODES = ['full', 'topic_only', 'metadata_only', 'off'] as const;
export type Mode = (typeof MODES)[number];

export const LOG_LEVELS = ['error', 'warn', 'info'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Headers that a trace context may come from, besides W3C, which is always tried first. */
export const PROPAGATION_FORMATS = ['b3', 'datadog', 'aws', 'jaeger'] as const;
export type PropagationFormat = (typeof PROPAGATION_FORMATS)[number];

/** What the plugin runs in, for the sample: Kong, or the trial gateway that stands in for it. */
export const GATEWAY_KINDS = ['kong', 'trial'] as const;
type GatewayKind = (typeof GATEWAY_KINDS)[number];

/** The most that a manifest may do here. */
export const MANIFEST_MODES = ['enforce', 'observe'] as const;
type ManifestMode = (typeof MANIFEST_MODES)[number];

/** What the provider reads of personal values: the client's words, or stand-ins that become those again in the answer. */
export const UPSTREAM_MODES = ['as_is', 'pseudonyms'] as const;
type UpstreamMode = (typeof UPSTREAM_MODES)[number];

/** What becomes of a request whose values cannot be replaced; policy: what it says, else refuse. */
export const UNREADABLE_ACTIONS = ['policy', 'refuse', 'pass'] as const;
type UnreadableAction = (typeof UNREADABLE_ACTIONS)[number];

export interface PluginConfig {
  readonly controlPlaneUrl: string;
  /** Empty where a certificate says who calls. */
  readonly token: string;
  /** Certificate and key that the gateway shows, PEM; undefined: a token says who calls. */
  readonly clientCert: string | undefined;
  readonly clientKey: string | undefined;
  /** Authority of the control plane's certificate, PEM; undefined: those that Node knows. */
  readonly caCert: string | undefined;
  readonly tenant: string;
  readonly environment: string;
  /** Root of all keyed hashes. */
  readonly hashKey: string;
  /** The most that is kept, whatever a policy says. */
  readonly mode: Mode;
  /** Types that are redacted whatever a policy says. */
  readonly redactAlways: readonly string[];
  readonly propagation: readonly PropagationFormat[];
  readonly policyPollSeconds: number;
  readonly maxBodyBytes: number;
  readonly queueBytes: number;
  readonly batchSize: number;
  readonly flushMs: number;
  readonly timeoutMs: number;
  readonly spoolDir: string | undefined;
  readonly spoolBytes: number;
  /** Private Ed25519 key that runs are signed with: PEM, or 32 bytes in hex or base64. */
  readonly signingKey: string | undefined;
  /** Where it lies and is made; undefined: beside the spool, else in the gateway's own folder. */
  readonly signingKeyFile: string | undefined;
  /** Public key, PEM: only manifests signed with it are taken. */
  readonly manifestKey: string | undefined;
  /** Public key of the control plane, PEM: only policies signed with it are taken. */
  readonly policyKey: string | undefined;
  /** observe: no manifest warns or blocks here, whatever it says. */
  readonly manifests: ManifestMode;
  /** pseudonyms: whatever a policy says. as_is: where no policy says otherwise. */
  readonly upstream: UpstreamMode;
  /** Longer request bodies are not rewritten. */
  readonly upstreamMaxBytes: number;
  readonly upstreamUnreadable: UnreadableAction;
  readonly logLevel: LogLevel;
  readonly gateway: GatewayKind;
}

export const DEFAULTS = {
  controlPlaneUrl: 'http://127.0.0.1:8787',
  tenant: 'default',
  environment: 'default',
  mode: 'full',
  redactAlways: ['API_KEY', 'CREDIT_CARD', 'JWT', 'PRIVATE_KEY', 'URL_CREDENTIALS'],
  propagation: [],
  policyPollSeconds: 30,
  maxBodyBytes: 4_194_304,
  queueBytes: 33_554_432,
  batchSize: 200,
  flushMs: 1000,
  timeoutMs: 10_000,
  spoolBytes: 268_435_456,
  manifests: 'enforce',
  upstream: 'as_is',
  upstreamMaxBytes: 1_048_576,
  upstreamUnreadable: 'policy',
  logLevel: 'info',
  gateway: 'kong',
} as const satisfies Partial<PluginConfig>;

export interface ConfigFault {
  readonly key: string;
  readonly expected: string;
  readonly consequence: string;
}

type ConfigReading = { readonly config: PluginConfig; readonly faults: readonly ConfigFault[] };

/** Takes what it can: a faulty value falls back to its default; without address, token or key the mode is off. */
export function readConfig(raw: Readonly<Record<string, unknown>>): ConfigReading {
  const faults: ConfigFault[] = [];
  const read = new Reader(raw, faults);
  const url = read.text('control_plane_url', DEFAULTS.controlPlaneUrl);
  const isUrl = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  const token = read.text('token', '');
  const hashKey = read.text('hash_key', '');
  const off = (key: string, expected: string) => faults.push({ key, expected, consequence: 'this instance is off' });
  if (!isUrl) off('control_plane_url', 'an http or https URL');
  const [clientCert, clientKey, caCert] = (['client_cert', 'client_key', 'ca_cert'] as const).map((key) => read.text(key, '') || undefined);
  const isShown = clientCert !== undefined && clientKey !== undefined;
  if (token === '' && !isShown) off('token', 'a token of the control plane with the right to ingest, or client_cert and client_key');
  const isPair = (clientCert === undefined) === (clientKey === undefined) && isUsable({ cert: clientCert, key: clientKey, ca: caCert });
  if (!isPair) off('client_cert', 'with client_key, a certificate and its key as PEM; ca_cert, where given, too');
  const isPlain = isUrl && new URL(url).protocol === 'http:' && (isShown || caCert !== undefined);
  if (isPlain) off('control_plane_url', 'an https URL, since client_cert or ca_cert is set');
  if (hashKey.length < 16) off('hash_key', 'at least 16 characters');
  const usable = isUrl && !isPlain && isPair && (token !== '' || isShown) && hashKey.length >= 16;
  const config: PluginConfig = {
    controlPlaneUrl: url.replace(/\/+$/, ''),
    token,
    clientCert,
    clientKey,
    caCert,
    hashKey,
    tenant: read.slug('tenant', DEFAULTS.tenant),
    environment: read.slug('environment', DEFAULTS.environment),
    mode: usable ? read.choice('mode', MODES, DEFAULTS.mode) : 'off',
    redactAlways: read.list('redact_always', DEFAULTS.redactAlways),
    propagation: read.list('propagation', DEFAULTS.propagation).filter((name) => isOneOf(PROPAGATION_FORMATS, name)),
    policyPollSeconds: read.number('policy_poll_seconds', DEFAULTS.policyPollSeconds, 1),
    maxBodyBytes: read.number('max_body_bytes', DEFAULTS.maxBodyBytes, 1024),
    queueBytes: read.number('queue_bytes', DEFAULTS.queueBytes, 65_536),
    batchSize: read.number('batch_size', DEFAULTS.batchSize, 1),
    flushMs: read.number('flush_ms', DEFAULTS.flushMs, 10),
    timeoutMs: read.number('timeout_ms', DEFAULTS.timeoutMs, 100),
    spoolDir: read.text('spool_dir', '') || undefined,
    spoolBytes: read.number('spool_bytes', DEFAULTS.spoolBytes, 65_536),
    signingKey: read.text('signing_key', '') || undefined,
    signingKeyFile: read.text('signing_key_file', '') || undefined,
    manifestKey: read.text('manifest_key', '') || undefined,
    policyKey: read.text('policy_key', '') || undefined,
    manifests: read.choice('manifests', MANIFEST_MODES, DEFAULTS.manifests),
    upstream: read.choice('upstream', UPSTREAM_MODES, DEFAULTS.upstream),
    upstreamMaxBytes: read.number('upstream_max_bytes', DEFAULTS.upstreamMaxBytes, 1024),
    upstreamUnreadable: read.choice('upstream_unreadable', UNREADABLE_ACTIONS, DEFAULTS.upstreamUnreadable),
    logLevel: read.choice('log_level', LOG_LEVELS, DEFAULTS.logLevel),
    gateway: read.choice('gateway', GATEWAY_KINDS, DEFAULTS.gateway),
  };
  return { config: Object.freeze(config), faults };
}

/** A certificate that cannot be used would otherwise fail each call, one by one. */
function isUsable(pem: Readonly<Record<'cert' | 'key' | 'ca', string | undefined>>): boolean {
  try {
    createSecureContext(Object.fromEntries(Object.entries(pem).filter(([, value]) => value !== undefined)));
    // A context takes any text for an authority.
    if (pem.ca !== undefined) new X509Certificate(pem.ca);
    return true;
  } catch {
    return false;
  }
}

function isOneOf<T extends string>(choices: readonly T[], value: unknown): value is T {
  return (choices as readonly unknown[]).includes(value);
}

class Reader {
  readonly #raw: Readonly<Record<string, unknown>>;
  readonly #faults: ConfigFault[];

  constructor(raw: Readonly<Record<string, unknown>>, faults: ConfigFault[]) {
    this.#raw = raw;
    this.#faults = faults;
  }

  #value(key: string): unknown {
    // A Lua nil reaches us as JSON null.
    return this.#raw[key] ?? undefined;
  }

  #fault(key: string, expected: string): void {
    this.#faults.push({ key, expected, consequence: 'the default is used' });
  }

  text(key: string, fallback: string): string {
    const value = this.#value(key);
    if (typeof value === 'string') return value;
    if (value !== undefined) this.#fault(key, 'text');
    return fallback;
  }

  slug(key: string, fallback: string): string {
    const value = this.text(key, fallback);
    if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(value)) return value;
    this.#fault(key, 'lower-case letters, digits, dot, dash and underscore, at most 63');
    return fallback;
  }

  number(key: string, fallback: number, low: number): number {
    const value = this.#value(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isFinite(value) && value >= low) return value;
    this.#fault(key, `a number from ${low} up`);
    return fallback;
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.#value(key);
    if (value === undefined) return fallback;
    if (isOneOf(choices, value)) return value;
    this.#fault(key, `one of ${choices.join(', ')}`);
    return fallback;
  }

  list(key: string, fallback: readonly string[]): readonly string[] {
    const value = this.#value(key);
    if (value === undefined) return fallback;
    // Kong writes an empty Lua table as {}.
    if (Array.isArray(value)) return value.filter((item): item is string => typeof item === 'string');
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return [];
    this.#fault(key, 'a list of texts');
    return fallback;
  }
}
