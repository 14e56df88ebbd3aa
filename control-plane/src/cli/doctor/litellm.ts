// What in a LiteLLM configuration keeps calls from arriving, or from arriving whole. LiteLLM itself says nothing of these.
import { bad, good, type Finding } from './finding.ts';
import { block, blocks, readBlock, text, texts, type Block } from './yaml-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const LISTS_THAT_SEND_NOTHING = ['success_callback', 'failure_callback'] as const;
const LOGS_PATH = '/v1/litellm/logs';

/** `env` resolves `os.environ/NAME` where it happens to be set; a reference that is not set here is taken on trust. */
export function checkLiteLlmFile(content: string, env: Environment): readonly Finding[] {
  const root = readBlock(content);
  if (!root) return [bad('litellm file', 'is not a YAML mapping')];
  return [...checkLogging(root, env), ...checkGuardrail(root, env)];
}

function checkLogging(root: Block, env: Environment): readonly Finding[] {
  const settings = block(root, 'litellm_settings');
  const sinks = Object.entries(block(root, 'callback_settings')).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? [{ name, sink: value as Block }] : [],
  );
  const named = texts(settings, 'callbacks');
  // Ours is the sink that leads to us; where none does, the one that is called so.
  const own = sinks.find(({ sink }) => pathOf(endpointOf(sink, env)) === LOGS_PATH) ?? sinks.find((one) => /clew/i.test(one.name));
  const name = own?.name ?? 'clew';
  const findings: Finding[] = [];
  const misplaced = LISTS_THAT_SEND_NOTHING.filter((list) => texts(settings, list).includes(name));
  if (!named.includes(name))
    findings.push(
      bad('litellm callback', misplaced.length > 0 ? `${name} stands under ${misplaced.join(' and ')}` : `${name} is not a callback`),
    );
  else findings.push(good('litellm callback', `${name} is a callback`));
  findings.push(...(own ? checkSink(own.sink, env) : [bad('litellm sink', 'callback_settings has no sink that leads to Clew')]));
  if (settings['request_correlation_in_logs'] !== true) findings.push(bad('litellm sessions', 'request_correlation_in_logs is not set'));
  if (settings['turn_off_message_logging'] === true) findings.push(bad('litellm texts', 'turn_off_message_logging is on'));
  return findings;
}

function checkSink(sink: Block, env: Environment): readonly Finding[] {
  const findings: Finding[] = [];
  const endpoint = endpointOf(sink, env);
  const type = text(sink, 'callback_type');
  if (type !== 'generic_api') findings.push(bad('litellm sink', 'callback_type is not generic_api'));
  else if (endpoint === '') findings.push(bad('litellm sink', 'no endpoint'));
  else if (!isReference(endpoint) && pathOf(endpoint) !== LOGS_PATH)
    findings.push(bad('litellm sink', `the endpoint's path is not ${LOGS_PATH}`));
  else findings.push(good('litellm sink', 'leads to Clew'));
  findings.push(...checkToken(sink));
  const unread = ['batch_size', 'flush_interval'].filter((key) => key in sink);
  if (unread.length > 0) findings.push(bad('litellm batching', `${unread.join(' and ')} of callback_settings are not read`));
  if (typeof sink['max_retries'] !== 'number' || sink['max_retries'] < 1) findings.push(bad('litellm retries', 'max_retries is not set'));
  const events = texts(sink, 'event_types');
  const missing = ['llm_api_success', 'llm_api_failure'].filter((name) => events.length > 0 && !events.includes(name));
  if (missing.length > 0) findings.push(bad('litellm events', `${missing.join(' and ')} are not sent`));
  return findings;
}

function checkToken(from: Block): readonly Finding[] {
  const headers = Object.entries(block(from, 'headers'));
  const value = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  if (typeof value !== 'string') return [bad('litellm token', 'no Authorization header')];
  return isReference(value)
    ? [good('litellm token', 'comes from the environment')]
    : [bad('litellm token', 'a token stands in the file', 'Revoke the token that stands there.')];
}

function checkGuardrail(root: Block, env: Environment): readonly Finding[] {
  const all = blocks(root, 'guardrails').map((entry) => ({
    name: text(entry, 'guardrail_name') ?? '',
    params: block(entry, 'litellm_params'),
  }));
  const own = all.find(({ name, params }) => text(params, 'guardrail') === 'generic_guardrail_api' || /clew/i.test(name));
  // Without one, prompts leave as they are, which may be what is wanted.
  if (!own) return [good('litellm guardrail', 'none: prompts leave as they are')];
  const { params } = own;
  const findings: Finding[] = [];
  const base = resolved(text(params, 'api_base') ?? '', env);
  if (text(params, 'guardrail') !== 'generic_guardrail_api') findings.push(bad('litellm guardrail', 'is of another kind'));
  else if (base === '') findings.push(bad('litellm guardrail', 'no api_base'));
  else if (!isReference(base) && !['', '/'].includes(pathOf(base)))
    findings.push(bad('litellm guardrail', 'api_base has a path, to which LiteLLM adds its own'));
  else if (params['default_on'] !== true) findings.push(bad('litellm guardrail', 'redacts only calls that ask for it'));
  else findings.push(good('litellm guardrail', 'asks Clew'));
  if (params['headers'] !== undefined || !('api_key' in params)) findings.push(...checkToken(params));
  const fallback = text(params, 'unreachable_fallback');
  if ((fallback !== 'fail_open' && fallback !== 'fail_closed') || typeof params['timeout'] !== 'number')
    findings.push(bad('litellm fallback', 'what happens when Clew does not answer is left to defaults'));
  const redactsAnswers = texts(params, 'mode').some((mode) => mode === 'post_call' || mode === 'during_call');
  if (redactsAnswers && text(params, 'streaming_transform_mode') !== 'incremental_diff')
    findings.push(bad('litellm streams', 'answers are redacted without a way for streams'));
  return findings;
}

const isReference = (value: string): boolean => value.startsWith('os.environ/');
const resolved = (value: string, env: Environment): string =>
  isReference(value) ? (env[value.slice('os.environ/'.length)] ?? value) : value;
const endpointOf = (sink: Block, env: Environment): string => resolved(text(sink, 'endpoint') ?? '', env);
const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname.replace(/\/+$/, '') : 'none');
