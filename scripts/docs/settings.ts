// The settings of the environment, as the code reads them: one without a meaning here, or with another default than said
// here, fails `npm run generate`. What the code no longer reads is not shown.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError, readConfig, type ConfigFault } from '../../control-plane/src/config.ts';
import { code, table } from './markdown.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

interface Setting {
  readonly default?: string;
  readonly meaning: string;
}

/** Of the control plane (`npm start`) and of commands that open its store. */
const CONTROL_PLANE: Readonly<Record<string, Setting>> = {
  CLEW_HOST: {
    default: '127.0.0.1',
    meaning: 'Address that the control plane binds. Anything else than a loopback address opens it to others.',
  },
  CLEW_PORT: { default: '8787', meaning: 'Its port; 0 takes any free one.' },
  CLEW_DATA: {
    default: './data',
    meaning: 'Folder of the embedded store, relative to where the command is called. One process at a time.',
  },
  CLEW_ERASURES: {
    default: './data.erasures',
    meaning:
      'Ledger of erasures, digests only: `CLEW_DATA` with `.erasures` behind it unless given. Keep it on a disk that outlives the data folder, and out of its backups: a restored backup forgets by it.',
  },
  CLEW_VAULT_KEYS: {
    meaning:
      'Master keys of the vault, 32 bytes each in base64, commas between, the newest first; unless given, the file `keys/vault-master.key`. To rotate, put a new one in front and restart: data keys are wrapped anew, values stay. Take the old one out when the audit log says `vault_rewrapped`.',
  },
  CLEW_REVEALS_PER_HOUR: { default: '30', meaning: 'Most reveals of one caller in an hour; 0: none.' },
  CLEW_ADMIN_TOKEN: { meaning: 'The admin token. Without it one is made at the first start and printed once.' },
  CLEW_TENANT: { default: 'default', meaning: 'Tenant of that admin token.' },
  CLEW_ENVIRONMENT: { default: 'default', meaning: 'Environment of that admin token.' },
  CLEW_POLICY: { default: 'policies/default.yaml', meaning: 'The policy file in force. A changed file is taken without a restart.' },
  CLEW_LOG_LEVEL: { default: 'info', meaning: 'Least severity that is logged.' },
  CLEW_TRACE_URL: { meaning: 'Where traces are looked at. The page links requests to it; {traceId} and {spanId} stand for theirs.' },
  CLEW_WITNESSES: {
    meaning: 'Witnesses that cosign the checkpoints of the log: URL and vkey with a space between, commas between witnesses.',
  },
  CLEW_GATEWAY_KEYS: {
    default: 'announced',
    meaning:
      'Which signing keys of gateways count: `announced` (each gateway makes its own known with its token), or `vouched` (only those that an administrator registers).',
  },
  CLEW_MAX_BODY_BYTES: { default: '10485760', meaning: 'Largest posted body, in bytes as sent.' },
  CLEW_MAX_DECOMPRESSED_BYTES: { default: '33554432', meaning: 'Largest posted body, in bytes after decompression.' },
  CLEW_MAX_BATCH: { default: '10000', meaning: 'Most samples in one post.' },
  CLEW_JOURNAL_LIMIT: { default: '200000', meaning: 'Most samples that wait for processing; above it senders get 429 with Retry-After.' },
  CLEW_OUTBOUND: {
    meaning:
      'Hosts that may be posted to, commas between: `hooks.example.com`, `https://*.example.com:8443`, `http://10.0.0.5:9000 private`. Unless marked ` private` a name that leads to a private address is refused; redirects are never followed.',
  },
  CLEW_ALERT_WEBHOOKS: {
    meaning:
      'Where explained alerts are posted: URLs on the list of CLEW_OUTBOUND, commas between, at most 8; `TENANT=` or `TENANT/ENVIRONMENT=` before those of one alone.',
  },
  CLEW_ALERT_WEBHOOK_SECRETS: {
    meaning:
      'Secrets that sign those posts (standardwebhooks.com): `whsec_` and base64, commas between. Each signs, so that a secret can be changed without a gap.',
  },
  CLEW_HASH_KEY: { meaning: 'The hash key of the gateways, so that a person who signs in has the pseudonym that the gateways gave.' },
  CLEW_HASH_KEYS: { meaning: 'The same by tenant, where they differ.' },
  CLEW_OIDC_ISSUER: { meaning: 'Lets people sign in with tokens of this OpenID provider. The CLEW_OIDC settings below need it.' },
  CLEW_OIDC_AUDIENCE: { meaning: 'Name of this service at the provider; tokens for other services are refused.' },
  CLEW_OIDC_JWKS_URL: { meaning: "Where the provider's keys are; discovered unless given." },
  CLEW_OIDC_ALGORITHMS: { default: 'RS256,PS256,ES256,EdDSA', meaning: 'Signatures that are taken.' },
  CLEW_OIDC_CLOCK_SKEW_SECONDS: { default: '30', meaning: 'How far the clocks may differ.' },
  CLEW_OIDC_ROLE_CLAIM: { default: 'roles', meaning: 'Claim that holds groups or roles.' },
  CLEW_OIDC_ROLES: {
    default: 'admin=admin,engineer=engineer,auditor=auditor,product=product,user=user',
    meaning: 'Which value of that claim gives which role.',
  },
  CLEW_OIDC_TENANT_CLAIM: { meaning: 'Claim that names the tenant; CLEW_TENANT unless given.' },
  CLEW_OIDC_ENVIRONMENT_CLAIM: { meaning: 'Claim that names the environment; CLEW_ENVIRONMENT unless given.' },
  CLEW_OIDC_CLIENT_ID: { meaning: 'Lets people sign in on the page: the id of this service as a client of the provider.' },
  CLEW_OIDC_CLIENT_SECRET: { meaning: 'Secret of that client; a public client (PKCE alone) has none.' },
  CLEW_OIDC_SCOPES: { default: 'openid', meaning: 'Scopes that the page asks for, spaces between them.' },
  CLEW_OIDC_LOGIN_PARAMETERS: {
    meaning: 'Further parameters of the sign-in, as `resource=https%3A%2F%2Fclew.example`, where the provider needs them.',
  },
  CLEW_PUBLIC_URL: {
    meaning:
      'Where browsers reach this server; needed by CLEW_OIDC_CLIENT_ID. The provider sends people back below it, and posts about alerts link to it.',
  },
  CLEW_SESSION_MINUTES: { default: '480', meaning: 'How long a session of the page lasts at most; an hour without use ends it too.' },
  CLEW_OIDC_USER_CLAIM: { default: 'sub', meaning: 'Claim from which the pseudonym of a person is made.' },
  CLEW_CORS_ORIGINS: { meaning: "Origins whose pages may call the API; the server's own alone unless given." },
  CLEW_TLS_CERT: { meaning: 'Certificate of the server with its chain, a PEM file: it speaks HTTPS then. Read again on SIGHUP.' },
  CLEW_TLS_KEY: { meaning: 'Its private key, a PEM file.' },
  CLEW_TLS_CLIENT_CA: {
    meaning:
      'Authority of gateways, a PEM file: who shows a certificate of it needs no token ([ACCESS.md](ACCESS.md#certificates-instead-of-tokens)).',
  },
  CLEW_TLS_CLIENTS: {
    default: 'required',
    meaning: '`required`: nobody connects without such a certificate; `optional`: others come with tokens.',
  },
  CLEW_TRUSTED_PROXIES: { meaning: 'Proxies whose word on the address of a caller is believed.' },
  CLEW_RATE_LIMIT_TOKEN: { default: '500', meaning: 'Requests a second for each token; 0: no limit.' },
  CLEW_RATE_LIMIT_ADDRESS: { default: '1000', meaning: 'Requests a second for each address; 0: no limit.' },
  CLEW_EMBEDDER: {
    default: 'local',
    meaning: 'Embedding model of a new store. Stores that have vectors keep theirs until `clew reembed`; see docs/EMBEDDINGS.md.',
  },
  CLEW_EMBEDDER_URL: {
    meaning:
      'Service for hosted embeddings: endpoint, base with its version, or bare host. With " private" behind it, in your own network.',
  },
  CLEW_EMBEDDER_PROTOCOL: { default: 'openai', meaning: 'What that service speaks; CLEW_EMBEDDER says it where it names a hosted one.' },
  CLEW_EMBEDDER_MODEL: { meaning: 'Model there. It stands on every vector.' },
  CLEW_EMBEDDER_KEY: { meaning: 'Key of the service. Never logged.' },
  CLEW_EMBEDDER_KEY_FILE: { meaning: 'File that holds the key instead.' },
  CLEW_EMBEDDER_DIMENSIONS: { default: '0', meaning: "Length of vectors to ask for; 0: the model's own." },
  CLEW_EMBEDDER_BATCH: { default: '64', meaning: 'Texts in one call.' },
  CLEW_EMBEDDER_TIMEOUT_MS: { default: '30000', meaning: 'Time for one call; it is tried again up to three times, with growing pauses.' },
  WEAVIATE_URL: { meaning: 'Keeps vectors in Weaviate instead of SQLite.' },
  WEAVIATE_GRPC_URL: { meaning: 'Its gRPC address; the host of WEAVIATE_URL at port 50051 unless given.' },
  WEAVIATE_API_KEY: { meaning: 'Its API key.' },
  CLEW_OTLP_DESTINATIONS: {
    meaning: 'YAML file of further receivers of spans, with headers, conventions and texts of their own; see docs/EXPORT.md.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning: 'Sends the spans of each request by OTLP/HTTP, in the trace of the caller. See docs/EXPORT.md for what they hold.',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: { meaning: 'The same, taken as it is, where /v1/traces is not the path.' },
  OTEL_EXPORTER_OTLP_HEADERS: {
    meaning: 'Headers for it: name=value pairs between commas, percent-encoded.',
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: { default: 'http/protobuf', meaning: 'Encoding. gRPC is not spoken.' },
  OTEL_EXPORTER_OTLP_COMPRESSION: { default: 'none', meaning: 'Whether batches are squeezed.' },
  OTEL_EXPORTER_OTLP_TIMEOUT: { default: '10000', meaning: 'Milliseconds for one batch.' },
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: { meaning: 'Of the four above, the variable with TRACES in its name comes first.' },
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: { meaning: 'As above.' },
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: { meaning: 'As above.' },
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: { meaning: 'As above.' },
  OTEL_BSP_MAX_QUEUE_SIZE: { default: '8192', meaning: 'Spans that may wait, for each receiver; further ones are dropped and counted.' },
  OTEL_SEMCONV_STABILITY_OPT_IN: { meaning: '`gen_ai_latest_experimental`: the newest GenAI conventions instead of those of 1.41.' },
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: {
    default: 'no_content',
    meaning: '`span_only`: redacted prompt and answer stand on the span. Texts stay out otherwise.',
  },
  OTEL_TRACES_SAMPLER: {
    default: 'parentbased_always_on',
    meaning: '`always_on`: spans are sent also for traces that the caller does not record.',
  },
  OTEL_SERVICE_NAME: { default: 'clew', meaning: 'service.name of the spans.' },
  OTEL_RESOURCE_ATTRIBUTES: { meaning: 'Further attributes of their resource: name=value pairs between commas, percent-encoded.' },
  OTEL_SDK_DISABLED: { meaning: '`true`: no spans are sent, whatever else is set.' },
};

/** Of the trial gateway (`npm run gateway`), which reads them in one place. */
const GATEWAY: Readonly<Record<string, Setting>> = {
  CLEW_GATEWAY_PORT: { default: '8788', meaning: 'Port of the trial gateway on 127.0.0.1; 0 takes any free one.' },
  CLEW_URL: { meaning: 'The control plane; http://127.0.0.1 at CLEW_PORT unless given.' },
  CLEW_PORT: { default: '8787', meaning: 'Port of a control plane beside it.' },
  CLEW_TOKEN: { meaning: 'A token that may send samples and read policies: role `ingest`, or the admin token for a trial. Required.' },
  CLEW_ADMIN_TOKEN: { meaning: 'Taken where CLEW_TOKEN is not set, so that both can start from one environment.' },
  CLEW_HASH_KEY: { meaning: 'Root of the pseudonyms, 16 characters or more; without it one is derived from the token.' },
  CLEW_UPSTREAM: { meaning: 'Base URL of the provider; without it a scripted provider makes up answers.' },
  CLEW_GATEWAY_CONFIG: { meaning: 'JSON file with routes, consumers and settings of the plugin; see plugin/trial-gateway/README.md.' },
};

/** What settings of a group need beside them before they are looked at. */
const NEEDS: Readonly<Record<string, string>> = {
  CLEW_OIDC_ISSUER: 'https://login.example.org',
  CLEW_OIDC_AUDIENCE: 'clew',
  CLEW_HASH_KEY: 'a-hash-key-of-the-gateways',
};
const besides = (key: string): Readonly<Record<string, string>> => (key.startsWith('CLEW_OIDC_') ? NEEDS : {});

/** Every key that the control plane asks the environment for. */
function keysRead(): Set<string> {
  const keys = new Set<string>();
  for (const given of [{}, NEEDS]) {
    const env = new Proxy<Record<string, string | undefined>>(given, {
      get: (target, key) => {
        keys.add(String(key));
        return target[String(key)];
      },
    });
    readConfig(env, ROOT);
  }
  return keys;
}

/** What the code says about a value that it cannot use; undefined where it takes anything. */
function faultOf(key: string): ConfigFault | undefined {
  try {
    readConfig({ ...besides(key), [key]: '\u0001 no value of any kind \u0001' }, ROOT);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.find((fault) => fault.key === key);
  }
}

function mustKnow(known: Readonly<Record<string, Setting>>, read: Iterable<string>, source: string): void {
  const missing = [...read].filter((key) => known[key] === undefined);
  if (missing.length > 0) throw new Error(`${source} reads ${missing.join(', ')}: say what it means in scripts/docs/settings.ts`);
}

export function controlPlaneSettings(): string {
  const read = keysRead();
  const refused = [...read].filter((key) => faultOf(key)?.expected === 'to be unset');
  const keys = [...read].filter((key) => !refused.includes(key));
  mustKnow(CONTROL_PLANE, keys, 'control-plane/src/config.ts');
  const rows = Object.entries(CONTROL_PLANE).flatMap(([key, { default: value, meaning }]) => {
    if (!keys.includes(key)) return [];
    if (value !== undefined && !isDeepStrictEqual(readConfig({ ...besides(key), [key]: value }, ROOT), readConfig(besides(key), ROOT)))
      throw new Error(`${key}: ${value} is not its default; mend scripts/docs/settings.ts`);
    const fault = faultOf(key);
    return [[code(key), code(value ?? ''), meaning, fault?.expected ?? 'anything', fault?.consequence ?? '']];
  });
  const notYet = refused.map((key) => [code(key), faultOf(key)?.consequence ?? '']);
  return [
    table(['variable', 'default', 'meaning', 'takes', 'otherwise'], rows),
    ...(notYet.length === 0 ? [] : ['Set, these stop the start:', table(['variable', 'because'], notYet)]),
  ].join('\n\n');
}

export function gatewaySettings(): string {
  const source = 'plugin/trial-gateway/main.ts';
  const text = readFileSync(path.join(ROOT, source), 'utf8');
  const keys = [...text.matchAll(/env\['([A-Z_]+)'\]/g)].map((match) => match[1] ?? '');
  mustKnow(GATEWAY, keys, source);
  const rows = Object.entries(GATEWAY).flatMap(([key, { default: value, meaning }]) => {
    if (!keys.includes(key)) return [];
    if (value !== undefined && !text.includes(`'${value}'`)) throw new Error(`${key}: ${value} is not its default in ${source}`);
    return [[code(key), code(value ?? ''), meaning]];
  });
  return table(['variable', 'default', 'meaning'], rows);
}
