// The only reader of the environment. Every fault is reported at once, with what was expected and what follows from it.
import path from 'node:path';
import { ALERT_KEYS, readAlertSettings, type AlertSettings } from './config-alerts.ts';
import { ACCESS_KEYS, readAccessSettings, type AccessSettings } from './config-access.ts';
import { EMBEDDER_KEYS, readEmbedderSettings, type EmbedderSettings } from './config-embedder.ts';
import { readTlsSettings, TLS_KEYS, type TlsSettings } from './config-tls.ts';
import { OTLP_KEYS, readOtlpSettings, type OtlpSettings } from './config-otlp.ts';
import { createReader, SLUG, type ConfigFault, type Environment, type Reader } from './config-reader.ts';
import { isWitnessKey, KEY_TRUST, type KeyTrust } from './identity/index.ts';
import { ClewError, type Scope } from './kernel/index.ts';
import { isTraceTemplate } from './threads/index.ts';

export type { ConfigFault } from './config-reader.ts';

export interface Limits {
  /** Bytes of a posted body as sent. */
  readonly bodyBytes: number;
  /** Bytes of a posted body after decompression. */
  readonly decompressedBytes: number;
  /** Samples in one post. */
  readonly batchItems: number;
  /** Samples that may wait for processing before senders are told to come back. */
  readonly journalRows: number;
}

export interface Config {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Absolute path. */
  readonly dataFolder: string;
  readonly adminToken: string | undefined;
  /** Tenant and environment of the first admin token. */
  readonly scope: Scope;
  readonly weaviateUrl: string | undefined;
  /** The host of `weaviateUrl` at port 50051 unless given. */
  readonly weaviateGrpcUrl: string | undefined;
  readonly weaviateApiKey: string | undefined;
  /** Address of a trace in another tool, with {traceId}, {traceIdDecimal} or {spanId} in it. */
  readonly traceUrl: string | undefined;
  /** Witnesses of the log: prefix of their routes, and vkey. */
  readonly witnesses: readonly { readonly url: string; readonly vkey: string }[];
  /** Which keys of gateways count: those that gateways announce, or only those that an administrator vouches for. */
  readonly gatewayKeys: KeyTrust;
  /** Where spans go. */
  readonly otlp: OtlpSettings;
  /** Ledger of erasures; absolute path. Apart from the data folder, so that a backup of that does not hold it. */
  readonly erasuresFile: string;
  /** Master keys of the vault, 32 bytes each: the first wraps. Empty: the one in the folder keys/. */
  readonly vaultKeys: readonly Uint8Array[];
  /** Reveals that one caller may make an hour. */
  readonly revealsPerHour: number;
  /** Absolute path. */
  readonly policyFile: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly limits: Limits;
  readonly embedder: EmbedderSettings;
  readonly access: AccessSettings;
  /** Undefined: plain HTTP. */
  readonly tls: TlsSettings | undefined;
  readonly alerts: AlertSettings;
}

const MEBIBYTE = 1024 * 1024;
const PACKAGE_ROOT = path.resolve(import.meta.dirname, '../..');
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const KEYS = new Set([
  'CLEW_HOST',
  'CLEW_PORT',
  'CLEW_DATA',
  'CLEW_ERASURES',
  'CLEW_VAULT_KEYS',
  'CLEW_REVEALS_PER_HOUR',
  'CLEW_ADMIN_TOKEN',
  'CLEW_TENANT',
  'CLEW_ENVIRONMENT',
  'CLEW_POLICY',
  'CLEW_TRACE_URL',
  'CLEW_WITNESSES',
  'CLEW_GATEWAY_KEYS',
  'CLEW_LOG_LEVEL',
  'CLEW_MAX_BODY_BYTES',
  'CLEW_MAX_DECOMPRESSED_BYTES',
  'CLEW_MAX_BATCH',
  'CLEW_JOURNAL_LIMIT',
  ...ACCESS_KEYS,
  ...TLS_KEYS,
  ...EMBEDDER_KEYS,
  ...OTLP_KEYS,
  ...ALERT_KEYS,
]);

/** Names that belong to other parts of the project, so that a typing error in ours stands out. */
const KEYS_OF_OTHERS = new Set(['CLEW_GATEWAY_PORT', 'CLEW_UPSTREAM', 'CLEW_CALLED_FROM', 'CLEW_SHARED', 'CLEW_FORCE_PINNED_NODE']);

/** The environment cannot be used; `faults` names every key. */
export class ConfigError extends ClewError {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super('config_invalid', faults.map((fault) => `${fault.key}: expected ${fault.expected}; ${fault.consequence}`).join('\n'), {
      extra: { faults },
    });
    this.faults = faults;
  }
}

/** Reads one environment; throws ConfigError. Values are never repeated in faults: some are secrets. */
export function readConfig(env: Environment, workingFolder: string = process.cwd()): Config {
  const faults: ConfigFault[] = [];
  const reader = createReader(env, faults);
  refuseWhatIsNotBuilt(env, faults);
  refuseMisspeltKeys(env, faults);
  const scope: Scope = Object.freeze({
    tenant: reader.text('CLEW_TENANT', 'default', SLUG, 'lower-case letters, digits, . _ -', 'the admin token has no tenant') ?? '',
    environment:
      reader.text('CLEW_ENVIRONMENT', 'default', SLUG, 'lower-case letters, digits, . _ -', 'the admin token has no environment') ?? '',
  });
  const config: Config = {
    host: reader.text('CLEW_HOST', '127.0.0.1', /^[A-Za-z0-9.:-]{1,253}$/, 'a host name or address', 'the server cannot listen') ?? '',
    port: reader.integer('CLEW_PORT', 8787, 0, 65535, 'the server cannot listen'),
    dataFolder: path.resolve(workingFolder, reader.raw('CLEW_DATA') ?? './data'),
    erasuresFile: path.resolve(
      workingFolder,
      reader.raw('CLEW_ERASURES') ?? `${(reader.raw('CLEW_DATA') ?? './data').replace(/[\\/]+$/, '')}.erasures`,
    ),
    adminToken: reader.text(
      'CLEW_ADMIN_TOKEN',
      undefined,
      /^[\x21-\x7e]{1,256}$/,
      '1 to 256 printable characters without spaces',
      'nobody can sign in',
    ),
    scope,
    weaviateUrl: reader.url('WEAVIATE_URL', 'vectors have no place to go'),
    weaviateGrpcUrl: reader.url('WEAVIATE_GRPC_URL', 'vectors cannot be searched'),
    weaviateApiKey: reader.raw('WEAVIATE_API_KEY'),
    vaultKeys: readVaultKeys(reader, faults),
    revealsPerHour: reader.integer('CLEW_REVEALS_PER_HOUR', 30, 0, 10_000, 'reveals have no limit'),
    traceUrl: readTraceUrl(reader, faults),
    witnesses: readWitnesses(reader, faults),
    gatewayKeys: reader.choice('CLEW_GATEWAY_KEYS', 'announced', KEY_TRUST, 'nobody knows whose signatures count'),
    otlp: readOtlpSettings(reader, env, workingFolder),
    policyFile: path.resolve(workingFolder, reader.raw('CLEW_POLICY') ?? path.join(PACKAGE_ROOT, 'policies/default.yaml')),
    logLevel: reader.choice('CLEW_LOG_LEVEL', 'info', LOG_LEVELS, 'nothing can be logged'),
    limits: Object.freeze({
      bodyBytes: reader.integer('CLEW_MAX_BODY_BYTES', 10 * MEBIBYTE, 1024, 256 * MEBIBYTE, 'posts have no limit'),
      decompressedBytes: reader.integer('CLEW_MAX_DECOMPRESSED_BYTES', 32 * MEBIBYTE, 1024, 512 * MEBIBYTE, 'posts have no limit'),
      batchItems: reader.integer('CLEW_MAX_BATCH', 10_000, 1, 100_000, 'posts have no limit'),
      journalRows: reader.integer('CLEW_JOURNAL_LIMIT', 200_000, 1, 100_000_000, 'the journal has no limit'),
    }),
    embedder: readEmbedderSettings(reader, workingFolder),
    access: readAccessSettings(reader, scope),
    tls: readTlsSettings(reader, workingFolder),
    alerts: readAlertSettings(reader),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

function readWitnesses(reader: Reader, faults: ConfigFault[]): Config['witnesses'] {
  const pairs = (reader.raw('CLEW_WITNESSES') ?? '').split(',').filter((pair) => pair.trim() !== '');
  return pairs.flatMap((pair) => {
    const [url = '', vkey = '', ...more] = pair.trim().split(/\s+/);
    if (/^https?:\/\//.test(url) && URL.canParse(url) && isWitnessKey(vkey) && more.length === 0) return [{ url, vkey }];
    faults.push({
      key: 'CLEW_WITNESSES',
      expected: 'pairs of an http:// or https:// URL and a vkey of kind cosignature/v1, a space between them, commas between pairs',
      consequence: 'checkpoints would bear fewer cosignatures than you think',
    });
    return [];
  });
}

function readVaultKeys(reader: Reader, faults: ConfigFault[]): readonly Uint8Array[] {
  const texts = (reader.raw('CLEW_VAULT_KEYS') ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  const keys = texts.map((text) => Buffer.from(text, 'base64'));
  if (texts.every((text) => /^[A-Za-z0-9+/]{43}=$/.test(text))) return keys;
  faults.push({
    key: 'CLEW_VAULT_KEYS',
    expected: 'keys of 32 bytes in base64 (openssl rand -base64 32), commas between them, the newest first',
    consequence: 'sealed values could not be opened again',
  });
  return [];
}

function readTraceUrl(reader: Reader, faults: ConfigFault[]): string | undefined {
  const template = reader.raw('CLEW_TRACE_URL');
  if (template === undefined || isTraceTemplate(template)) return template;
  faults.push({
    key: 'CLEW_TRACE_URL',
    expected: 'an http:// or https:// URL that holds {traceId} or {traceIdDecimal}',
    consequence: 'requests cannot link to their traces',
  });
  return undefined;
}

function refuseWhatIsNotBuilt(env: Environment, faults: ConfigFault[]): void {
  const missing: readonly (readonly [string, string])[] = [
    ['DATABASE_URL', 'Postgres is not supported by this version; data would silently go to SQLite in CLEW_DATA instead'],
    ['KAFKA_BROKERS', 'Kafka is not supported by this version; samples would silently stay in the embedded journal instead'],
  ];
  for (const [key, consequence] of missing) {
    if ((env[key] ?? '').trim() !== '') faults.push({ key, expected: 'to be unset', consequence });
  }
}

function refuseMisspeltKeys(env: Environment, faults: ConfigFault[]): void {
  for (const key of Object.keys(env)) {
    if (!key.startsWith('CLEW_') || KEYS.has(key) || KEYS_OF_OTHERS.has(key)) continue;
    const near = [...KEYS].find((known) => distance(key, known) <= 2);
    if (near !== undefined) faults.push({ key, expected: `to be spelled ${near}`, consequence: 'the setting would be ignored' });
  }
}

/** Edit distance, for "did you mean". */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
