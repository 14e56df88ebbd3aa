// What doctor can find, each with its remedy: the catalogue that docs/TROUBLESHOOTING.md is compared with, both ways.

/** Remedies by finding. A finding that knows more about its case puts that before the remedy. */
export const REMEDIES = {
  node: 'Use Node 24 or newer; npm run setup brings it.',
  models: 'Restore control-plane/models/ from the repository.',
  plugin: 'Run: npm run build',
  page: 'Run: npm run build',
  settings: 'Set or unset it, as expected.',
  policy: 'Mend the policy file, or unset CLEW_POLICY to use the default one.',
  port: 'Set CLEW_PORT to a free port, or stop the program that uses it.',
  'data folder': 'Give this user read and write access, or set CLEW_DATA.',
  weaviate: 'Start Weaviate, or unset WEAVIATE_URL to keep vectors in SQLite.',
  otlp: 'Start the collector and check its address and headers, or unset OTEL_EXPORTER_OTLP_ENDPOINT.',
  clock: 'Set the clock of both machines by NTP; samples from more than an hour ahead are refused.',
  gateway: 'Ask once through the gateway with curl -i; without x-clew-run-id in the answer the plugin does not run there.',
  'gateway token': 'Make a token with clew token create --role ingest and give it to the gateway.',
  scrape: 'Set metrics_path /metrics and a token with metrics:read, as in deploy/prometheus/prometheus.yml.',
  webhook: 'Set url CLEW_URL/v1/alerts/alertmanager and a token of role alerting, as in deploy/prometheus/alertmanager.yml.',
  'kong file': 'Give the path of a declarative configuration (YAML) or of a kong.conf.',
  'kong plugin': 'Add the plugin clew to the route or service, as in deploy/kong/kong.yml.',
  'kong scripts': 'Copy pre-function and post-function from deploy/kong/kong.yml, to the same route or service as clew.',
  'kong guard': 'Put the text of access-guard.lua before that of access-after.lua.',
  'kong secret': 'Take token and hash_key from a vault: "{vault://env/clew-token}" and "{vault://env/clew-hash-key}".',
  'kong hash key': 'Use one hash_key on all gateways of a tenant, of at least 16 characters.',
  'kong address': 'Set control_plane_url to the address of the control plane: http or https, without a path.',
  'kong settings': 'Take the setting out, or spell it as in docs/CONFIGURATION.md.',
  'kong body size': 'Set max_body_bytes of clew and MAX_BODY_BYTES in the scripts to the same number.',
  'kong streaming': 'Leave answers unbuffered: route, service and ai-proxy must let streams through.',
  'kong server': 'Take the lines of deploy/kong/kong.conf.clew over, with the absolute path of your clone.',
  'kong sandbox': 'Set untrusted_lua = sandbox; the scripts need no more.',
  'litellm file': 'Give the path of a LiteLLM configuration (YAML).',
  'litellm callback': 'Name the callback under litellm_settings.callbacks; elsewhere it is made and sends nothing.',
  'litellm sink': 'Describe it under callback_settings with callback_type: generic_api and the endpoint CLEW_URL/v1/litellm/logs.',
  'litellm token': 'Send an Authorization header from the environment: os.environ/CLEW_AUTHORIZATION.',
  'litellm batching': 'Set DEFAULT_BATCH_SIZE and DEFAULT_FLUSH_INTERVAL_SECONDS in the environment instead.',
  'litellm retries': 'Set max_retries and retry_delay; without them one failed post loses its batch.',
  'litellm events': 'Leave event_types out, or name llm_api_success and llm_api_failure: a fallback is told by both.',
  'litellm sessions': 'Set litellm_settings.request_correlation_in_logs: true to keep declared sessions apart from random ids.',
  'litellm texts': 'Take turn_off_message_logging out; without texts nothing is linked by meaning.',
  'litellm guardrail': 'Use guardrail: generic_guardrail_api with api_base CLEW_URL, without a path, and default_on: true.',
  'litellm fallback': 'Set unreachable_fallback to fail_open or fail_closed, and a timeout, so that it is decided what a failure does.',
  'litellm streams': 'Set streaming_transform_mode: incremental_diff, or redact prompts only (mode: pre_call).',
  'prometheus file': 'Give the path of a configuration of Prometheus (YAML).',
  'prometheus job': 'Add the job clew of deploy/prometheus/prometheus.yml, with the address of the control plane as target.',
  'prometheus path': 'Leave metrics_path out, or set it to /metrics.',
  'prometheus token': 'Name a file with a token that has metrics:read under authorization.credentials_file.',
  'prometheus limit': 'Set sample_limit to 250000, or leave it out: what is over it loses the whole scrape.',
  'prometheus rules': 'Copy clew-rules.yml beside the configuration and name it under rule_files.',
  'prometheus alerting': 'Name the Alertmanager under alerting.alertmanagers; without one alerts fire and nobody hears.',
  'alertmanager file': 'Give the path of a configuration of Alertmanager (YAML).',
  'alertmanager receiver': 'Add the receiver clew of deploy/prometheus/alertmanager.yml.',
  'alertmanager path': 'Set the url to CLEW_URL/v1/alerts/alertmanager.',
  'alertmanager token': 'Name a file with a token of role alerting under http_config.authorization.credentials_file.',
  'alertmanager route': 'Give the receiver to the first route, or to a route of its own that has continue: true and comes first.',
  'alertmanager resolved': 'Leave send_resolved as it is: Clew has to hear when an alert is over.',
} as const;

export type FindingName = keyof typeof REMEDIES;

/** One thing that was looked at. */
export interface Finding {
  readonly name: FindingName | `settings ${string}`;
  readonly ok: boolean;
  /** Never a value of a secret, and no text of users. */
  readonly found: string;
  /** What to do; empty where nothing is to be done. */
  readonly remedy: string;
}

export const good = (name: FindingName, found: string): Finding => ({ name, ok: true, found, remedy: '' });

/** `detail` is what to do in this case in particular. */
export const bad = (name: FindingName, found: string, detail?: string): Finding => ({
  name,
  ok: false,
  found,
  remedy: detail === undefined ? REMEDIES[name] : `${detail} ${REMEDIES[name]}`,
});
