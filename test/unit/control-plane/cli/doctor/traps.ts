// One change to a shipped file for each trap that doctor knows.
import type { Document } from 'yaml';
import type { FindingName } from '../../../../../control-plane/src/cli/doctor/finding.ts';

interface Trap {
  readonly name: FindingName;
  readonly what: string;
  readonly edit: (file: Document) => void;
}
interface LineTrap {
  readonly name: FindingName;
  readonly what: string;
  readonly from: string | RegExp;
  readonly to: string;
}

type Path = readonly (string | number)[];
const set =
  (path: Path, value: unknown) =>
  (file: Document): void =>
    file.setIn(path, file.createNode(value));
const remove =
  (path: Path) =>
  (file: Document): void =>
    void file.deleteIn(path);

const ROUTE = ['services', 0, 'routes', 0] as const;
export const PLUGINS = [...ROUTE, 'plugins'] as const;
const [PRE, POST, CLEW] = [
  [...PLUGINS, 0],
  [...PLUGINS, 1],
  [...PLUGINS, 2],
] as const;
const GUARD = `return function()
  if not kong.ctx.shared.clew_out then
    return kong.response.exit(503, { message = "Observation of this route is required and not available; try again" })
  end
end`;

const kong: readonly Trap[] = [
  { name: 'kong plugin', what: 'clew is missing', edit: remove(CLEW) },
  { name: 'kong plugin', what: 'clew is disabled', edit: set([...CLEW, 'enabled'], false) },
  { name: 'kong scripts', what: 'a script was changed', edit: set([...PRE, 'config', 'log', 0], 'return function() local clew_ = 1 end') },
  { name: 'kong scripts', what: 'a phase is missing', edit: remove([...POST, 'config', 'body_filter']) },
  {
    name: 'kong scripts',
    what: 'a route has a script of its own, which replaces that of the service',
    edit(file) {
      file.setIn(['services', 0, 'plugins'], file.getIn(PLUGINS));
      const access: unknown = file.getIn([...PRE, 'config', 'access', 0]);
      set(PLUGINS, [{ name: 'pre-function', config: { access: [access], log: ['return function() end'] } }])(file);
    },
  },
  { name: 'kong guard', what: 'the guard comes too late', edit: set([...POST, 'config', 'access', 1], GUARD) },
  { name: 'kong secret', what: 'the token stands in the file', edit: set([...CLEW, 'config', 'token'], 'clew_0123456789') },
  { name: 'kong secret', what: 'no hash key', edit: remove([...CLEW, 'config', 'hash_key']) },
  {
    name: 'kong hash key',
    what: 'two keys for one tenant',
    edit(file) {
      const { services } = file.toJS() as { services: [{ routes: [{ plugins: [object, object, { config: object }] }] }] };
      const [pre, post, clew] = services[0].routes[0].plugins;
      const other = { ...clew, config: { ...clew.config, hash_key: '{vault://env/other}' } };
      set(['services', 0, 'routes', 1], { name: 'second', plugins: [pre, post, other] })(file);
    },
  },
  {
    name: 'kong address',
    what: 'a path in the address',
    edit: set([...CLEW, 'config', 'control_plane_url'], 'http://127.0.0.1:8787/v1/samples'),
  },
  { name: 'kong address', what: 'no scheme', edit: set([...CLEW, 'config', 'control_plane_url'], '127.0.0.1:8787') },
  { name: 'kong settings', what: 'a setting that is none', edit: set([...CLEW, 'config', 'controlplane_url'], 'http://127.0.0.1:8787') },
  { name: 'kong settings', what: 'a tenant in capitals', edit: set([...CLEW, 'config', 'tenant'], 'ACME') },
  { name: 'kong body size', what: 'the plugin reads less than the scripts keep', edit: set([...CLEW, 'config', 'max_body_bytes'], 65_536) },
  {
    name: 'kong streaming',
    what: 'ai-proxy denies streams',
    edit: set([...PLUGINS, 3], { name: 'ai-proxy', config: { response_streaming: 'deny' } }),
  },
  {
    name: 'kong streaming',
    what: 'a plugin for everything buffers',
    edit: set(['plugins'], [{ name: 'ai-response-transformer', config: {} }]),
  },
];

const conf: readonly LineTrap[] = [
  { name: 'kong server', what: 'the plugin is not named', from: 'plugins = bundled,clew', to: 'plugins = bundled' },
  { name: 'kong server', what: 'the server is not named', from: 'pluginserver_names = clew', to: 'pluginserver_names = js' },
  { name: 'kong server', what: 'another socket', from: 'clew.sock\n', to: 'other.sock\n' },
  { name: 'kong server', what: 'the stock plugin server', from: /(start_cmd = )node \S+launcher\.cjs/, to: '$1kong-js-pluginserver' },
  { name: 'kong server', what: 'no start command', from: /^pluginserver_clew_start_cmd.*\n/m, to: '' },
  { name: 'kong server', what: 'a relative folder', from: /(start_cmd.*--plugins-directory )\S+/, to: '$1plugin/dist/clew' },
  { name: 'kong server', what: 'a folder that is not there', from: /(start_cmd.*--plugins-directory )\S+/, to: '$1/opt/nowhere/clew' },
  { name: 'kong server', what: 'a folder with more in it', from: /(start_cmd.*--plugins-directory )\S+/, to: `$1${import.meta.dirname}` },
  { name: 'kong server', what: 'no question for the schema', from: ' --dump-all-plugins', to: '' },
  { name: 'kong sandbox', what: 'scripts are forbidden', from: 'untrusted_lua = sandbox', to: 'untrusted_lua = off' },
  { name: 'kong sandbox', what: 'scripts may do everything', from: 'untrusted_lua = sandbox', to: 'untrusted_lua = on' },
];

const SETTINGS = ['litellm_settings'] as const;
const SINK = ['callback_settings', 'clew'] as const;
const GUARDRAIL = ['guardrails', 0, 'litellm_params'] as const;
const WHOLE_ADDRESS = 'http://127.0.0.1:8787/beta/litellm_basic_guardrail_api';

const litellm: readonly Trap[] = [
  {
    name: 'litellm callback',
    what: 'under success_callback',
    edit(file) {
      remove([...SETTINGS, 'callbacks'])(file);
      set([...SETTINGS, 'success_callback'], ['clew'])(file);
    },
  },
  { name: 'litellm callback', what: 'not named', edit: set([...SETTINGS, 'callbacks'], ['otel']) },
  { name: 'litellm sink', what: 'not described', edit: remove(['callback_settings']) },
  { name: 'litellm sink', what: 'of no kind', edit: remove([...SINK, 'callback_type']) },
  { name: 'litellm sink', what: 'no endpoint', edit: remove([...SINK, 'endpoint']) },
  { name: 'litellm sink', what: 'the endpoint of samples', edit: set([...SINK, 'endpoint'], 'http://127.0.0.1:8787/v1/samples') },
  { name: 'litellm token', what: 'no header', edit: remove([...SINK, 'headers']) },
  { name: 'litellm token', what: 'in the file', edit: set([...SINK, 'headers', 'Authorization'], 'Bearer clew_0123') },
  { name: 'litellm batching', what: 'settings that are not read', edit: set([...SINK, 'flush_interval'], 1) },
  { name: 'litellm retries', what: 'none', edit: remove([...SINK, 'max_retries']) },
  { name: 'litellm events', what: 'successes alone', edit: set([...SINK, 'event_types'], ['llm_api_success']) },
  { name: 'litellm sessions', what: 'no correlation', edit: remove([...SETTINGS, 'request_correlation_in_logs']) },
  { name: 'litellm texts', what: 'texts are left out', edit: set([...SETTINGS, 'turn_off_message_logging'], true) },
  { name: 'litellm guardrail', what: 'the whole address', edit: set([...GUARDRAIL, 'api_base'], WHOLE_ADDRESS) },
  { name: 'litellm guardrail', what: 'no address', edit: remove([...GUARDRAIL, 'api_base']) },
  { name: 'litellm guardrail', what: 'of another kind', edit: set([...GUARDRAIL, 'guardrail'], 'presidio') },
  { name: 'litellm guardrail', what: 'only on demand', edit: remove([...GUARDRAIL, 'default_on']) },
  { name: 'litellm fallback', what: 'not decided', edit: remove([...GUARDRAIL, 'unreachable_fallback']) },
  { name: 'litellm fallback', what: 'no time limit', edit: remove([...GUARDRAIL, 'timeout']) },
  { name: 'litellm streams', what: 'answers too', edit: set([...GUARDRAIL, 'mode'], ['pre_call', 'post_call']) },
];

const JOB = ['scrape_configs', 0] as const;
const prometheus: readonly Trap[] = [
  { name: 'prometheus job', what: 'is missing', edit: remove(['scrape_configs']) },
  { name: 'prometheus job', what: 'has another name than the rules ask for', edit: set([...JOB, 'job_name'], 'llm') },
  { name: 'prometheus job', what: 'has no target', edit: remove([...JOB, 'static_configs']) },
  { name: 'prometheus path', what: 'is another', edit: set([...JOB, 'metrics_path'], '/v1/metrics') },
  {
    name: 'prometheus token',
    what: 'is missing over a network',
    edit(file) {
      remove([...JOB, 'authorization'])(file);
      set([...JOB, 'static_configs', 0, 'targets', 0], 'clew.example.com')(file);
    },
  },
  { name: 'prometheus token', what: 'stands in the file', edit: set([...JOB, 'authorization'], { credentials: 'clew_0123' }) },
  { name: 'prometheus token', what: 'is a password', edit: set([...JOB, 'authorization', 'type'], 'Basic') },
  { name: 'prometheus limit', what: 'is below what the page may hold', edit: set([...JOB, 'sample_limit'], 10_000) },
  { name: 'prometheus rules', what: 'are not named', edit: remove(['rule_files']) },
  { name: 'prometheus alerting', what: 'leads nowhere', edit: remove(['alerting']) },
];

const HOOK = ['receivers', 0, 'webhook_configs', 0] as const;
const alertmanager: readonly Trap[] = [
  { name: 'alertmanager receiver', what: 'is missing', edit: remove(['receivers']) },
  { name: 'alertmanager path', what: 'is that of other tools', edit: set([...HOOK, 'url'], 'http://127.0.0.1:8787/v1/alerts') },
  { name: 'alertmanager path', what: 'is none', edit: remove([...HOOK, 'url']) },
  { name: 'alertmanager token', what: 'is missing', edit: remove([...HOOK, 'http_config']) },
  { name: 'alertmanager token', what: 'is a password', edit: set([...HOOK, 'http_config'], { basic_auth: { username: 'clew' } }) },
  {
    name: 'alertmanager token',
    what: 'stands in the file',
    edit: set([...HOOK, 'http_config', 'authorization'], { credentials: 'clew_0123' }),
  },
  { name: 'alertmanager route', what: 'does not lead there', edit: set(['route', 'receiver'], 'pager') },
  {
    name: 'alertmanager route',
    what: 'takes alerts from those after it',
    edit: set(['route'], { receiver: 'pager', routes: [{ receiver: 'clew' }, { receiver: 'chat' }] }),
  },
  { name: 'alertmanager resolved', what: 'is off', edit: set([...HOOK, 'send_resolved'], false) },
];

export const FILE_TRAPS = { kong, conf, litellm, prometheus, alertmanager } as const;
