// What in Kong's files keeps the plugin from seeing requests, or answers from streaming. Kong itself says nothing of these.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bad, good, type Finding } from './finding.ts';
import { allPlugins, nearest, type KongPlugin } from './kong-plugins.ts';
import { readBlock, text, texts } from './yaml-file.ts';

const SCRIPTS = path.resolve(import.meta.dirname, '../../../../deploy/kong');
const DEFAULT_BODY_BYTES = 4_194_304;
const SLUG_KEYS = ['tenant', 'environment'] as const;
/** As in the plugin's schema; a test holds the two together. */
export const KONG_SETTINGS: readonly string[] = [
  'control_plane_url',
  'token',
  'client_cert',
  'client_key',
  'ca_cert',
  ...SLUG_KEYS,
  'hash_key',
  'mode',
  'redact_always',
  'propagation',
  'policy_poll_seconds',
  'max_body_bytes',
  'queue_bytes',
  'batch_size',
  'flush_ms',
  'timeout_ms',
  'spool_dir',
  'spool_bytes',
  'gateway',
  'signing_key',
  'signing_key_file',
  'manifest_key',
  'policy_key',
  'manifests',
  'upstream',
  'upstream_max_bytes',
  'upstream_unreadable',
  'log_level',
];

/** The companion scripts: plugin, phase and file. */
const COMPANION = [
  ['pre-function', 'access', 'access-before.lua'],
  ['pre-function', 'log', 'log-before.lua'],
  ['post-function', 'access', 'access-after.lua'],
  ['post-function', 'header_filter', 'header-filter.lua'],
  ['post-function', 'body_filter', 'body-restore.lua'],
  ['post-function', 'body_filter', 'body-filter.lua'],
] as const;

/** Kong's declarative configuration. */
export function checkKongFile(content: string): readonly Finding[] {
  const root = readBlock(content);
  if (!root) return [bad('kong file', 'is not a YAML mapping')];
  const plugins = allPlugins(root);
  const clew = plugins.filter(({ name }) => name === 'clew');
  if (clew.length === 0) return [bad('kong plugin', 'clew stands nowhere')];
  const findings: Finding[] = [];
  for (const own of clew) {
    if (!own.enabled) findings.push(bad('kong plugin', `clew is disabled on ${own.scope}`));
    findings.push(...checkScripts(own, plugins), ...checkSettings(own), ...checkStreaming(own, plugins));
  }
  const keys = new Set(clew.map(({ config }) => `${text(config, 'tenant') ?? 'default'}\n${text(config, 'hash_key') ?? ''}`));
  const tenants = new Set(clew.map(({ config }) => text(config, 'tenant') ?? 'default'));
  if (keys.size > tenants.size) findings.push(bad('kong hash key', 'one tenant has several hash_keys'));
  return findings.length > 0
    ? findings
    : [good('kong plugin', `clew stands on ${clew.map(({ scope }) => scope).join(', ')}, with its scripts`)];
}

/** Kong runs one instance of a plugin for a request, the nearest; so the one nearest to clew must hold our scripts. */
function checkScripts(own: KongPlugin, plugins: readonly KongPlugin[]): readonly Finding[] {
  const findings: Finding[] = [];
  const inner = plugins.filter(
    ({ name, scope, outer }) => (name === 'pre-function' || name === 'post-function') && scope !== own.scope && outer.includes(own.scope),
  );
  for (const [name, phase, file] of COMPANION) {
    const shipped = readFileSync(path.join(SCRIPTS, file), 'utf8');
    const carrier = nearest(plugins, name, own);
    const places = [...(carrier ? [carrier] : []), ...inner.filter((one) => one.name === name)];
    if (!carrier) findings.push(bad('kong scripts', `no ${name} for ${own.scope}`));
    for (const { scope, config } of places) {
      const scripts = texts(config, phase);
      const script = scripts.find((one) => sameCode(one, shipped));
      const other = scripts.find((one) => one.includes('clew_'));
      if (script === undefined)
        findings.push(
          bad(
            'kong scripts',
            `${name} of ${scope}, phase ${phase}: ${file} is ${other === undefined ? 'missing' : 'not the shipped text'}`,
          ),
        );
      else findings.push(...checkBodySize(script, own, scope, file));
      if (file === 'access-after.lua') findings.push(...checkGuard(scripts, scope, own));
    }
  }
  return unique(findings);
}

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [`${finding.name}\n${finding.found}`, finding])).values(),
];

const BODY_SIZE = /^(\s*local MAX_BODY_BYTES = )(\d+)/m;

/** Comments, blank lines and indentation aside, and the one number that is meant to be set. */
function sameCode(one: string, other: string): boolean {
  const bare = (code: string): string =>
    code
      .replace(BODY_SIZE, '$1N')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('--'))
      .join('\n');
  return bare(one) === bare(other);
}

function checkBodySize(script: string, { config }: KongPlugin, scope: string, file: string): readonly Finding[] {
  const inScript = BODY_SIZE.exec(script)?.[2];
  const set = typeof config['max_body_bytes'] === 'number' ? config['max_body_bytes'] : DEFAULT_BODY_BYTES;
  if (inScript === undefined || Number(inScript) === set) return [];
  return [bad('kong body size', `${file} of ${scope} has ${inScript}, clew has ${set}`)];
}

function checkGuard(scripts: readonly string[], scope: string, { config }: KongPlugin): readonly Finding[] {
  const [guard, after] = ['access-guard.lua', 'access-after.lua'].map((file) => {
    const shipped = readFileSync(path.join(SCRIPTS, file), 'utf8');
    return scripts.findIndex((script) => sameCode(script, shipped));
  });
  // While the plugin server is started again a request would go to the provider as it came.
  if (guard === -1 && text(config, 'upstream') === 'pseudonyms') return [bad('kong guard', `${scope} demands pseudonyms and has no guard`)];
  const isLate = guard !== undefined && after !== undefined && guard !== -1 && after !== -1 && guard > after;
  return isLate ? [bad('kong guard', `the guard of ${scope} stands after access-after.lua`)] : [];
}

function checkSettings({ config, scope }: KongPlugin): readonly Finding[] {
  const findings: Finding[] = [];
  const unknown = Object.keys(config).filter((key) => !KONG_SETTINGS.includes(key));
  if (unknown.length > 0) findings.push(bad('kong settings', `${scope}: clew does not know ${unknown.join(', ')}`));
  const wrong = SLUG_KEYS.filter((key) => config[key] !== undefined && !/^[a-z0-9][a-z0-9._-]{0,62}$/.test(text(config, key) ?? ''));
  if (wrong.length > 0)
    findings.push(bad('kong settings', `${scope}: ${wrong.join(' and ')} must be lower-case letters, digits, dot, dash and underscore`));
  for (const key of ['token', 'hash_key'] as const) {
    const value = text(config, key);
    const isShown = key === 'token' && text(config, 'client_cert') !== undefined;
    if (value === undefined && isShown) continue;
    if (value === undefined) findings.push(bad('kong secret', `${scope}: ${key} is not set`));
    else if (!value.startsWith('{vault://')) {
      findings.push(bad('kong secret', `${scope}: ${key} stands in the file`));
      if (key === 'hash_key' && value.length < 16) findings.push(bad('kong hash key', `${scope}: hash_key is shorter than 16 characters`));
    }
  }
  const url = text(config, 'control_plane_url');
  if (url !== undefined && !url.startsWith('{vault://') && !isAddress(url))
    findings.push(bad('kong address', `${scope}: not an http or https address without a path`));
  return findings;
}

function isAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, pathname, username } = new URL(url);
  return (protocol === 'http:' || protocol === 'https:') && pathname === '/' && username === '';
}

function checkStreaming(own: KongPlugin, plugins: readonly KongPlugin[]): readonly Finding[] {
  const proxy = nearest(plugins, 'ai-proxy', own) ?? nearest(plugins, 'ai-proxy-advanced', own);
  if (proxy && text(proxy.config, 'response_streaming') === 'deny')
    return [bad('kong streaming', `${proxy.name} of ${proxy.scope} denies streams`)];
  const buffering = nearest(plugins, 'ai-response-transformer', own);
  return buffering ? [bad('kong streaming', `${buffering.name} of ${buffering.scope} buffers every answer`)] : [];
}

/** The lines of a kong.conf. */
export function checkKongConf(content: string): readonly Finding[] {
  const settings = new Map(
    content.split('\n').flatMap((line): [string, string][] => {
      const match = /^\s*([a-z0-9_]+)\s*=\s*(.*?)\s*(?:\s#.*)?$/.exec(line);
      return match?.[1] === undefined ? [] : [[match[1], (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2')]];
    }),
  );
  if (settings.size === 0) return [bad('kong file', 'has no line of the form name = value')];
  const names = (key: string): readonly string[] => (settings.get(key) ?? '').split(',').map((name) => name.trim());
  const findings: Finding[] = [];
  const server = (found: string, detail?: string): void => void findings.push(bad('kong server', found, detail));
  if (!names('plugins').includes('clew')) server('plugins does not name clew');
  if (!names('pluginserver_names').includes('clew')) server('pluginserver_names does not name clew');
  const start = settings.get('pluginserver_clew_start_cmd');
  const query = settings.get('pluginserver_clew_query_cmd');
  if (start === undefined) server('pluginserver_clew_start_cmd is not set');
  else if (!/launcher\.cjs/.test(start))
    server('the start command is not our launcher', 'Stock plugin servers break on long messages and log prompts under -v.');
  else {
    const [prefix, name] = [/--kong-prefix[= ](\S+)/.exec(start)?.[1], /--sock-name[= ](\S+)/.exec(start)?.[1]];
    const socket = settings.get('pluginserver_clew_socket');
    if (prefix === undefined || name === undefined || socket !== path.posix.join(prefix, name))
      server('pluginserver_clew_socket is not the socket of the start command');
    const fault = folderFault(/--plugins-directory[= ](\S+)/.exec(start)?.[1]);
    if (fault !== undefined) server(fault, 'Run doctor on the machine of Kong.');
  }
  if (query === undefined || !/--dump-all-plugins/.test(query)) server('the query command does not ask for --dump-all-plugins');
  const sandbox = settings.get('untrusted_lua') ?? 'sandbox';
  if (sandbox === 'off' || sandbox === 'on') findings.push(bad('kong sandbox', `untrusted_lua is ${sandbox}`));
  return findings.length > 0 ? findings : [good('kong server', 'starts with our launcher')];
}

/** Kong's plugin server loads whatever lies in the folder, so nothing else may. */
function folderFault(folder: string | undefined): string | undefined {
  if (folder === undefined || !path.isAbsolute(folder)) return 'the plugins directory is not an absolute path';
  if (!existsSync(folder)) return 'the plugins directory is not there';
  const files = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return files.length === 1 && files[0] === 'clew.cjs' ? undefined : 'the plugins directory must hold clew.cjs and nothing else';
}
