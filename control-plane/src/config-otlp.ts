// Where spans go: the variables that OpenTelemetry defines for every exporter, and a file for further destinations.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { CONVENTIONS, PLAIN_DESTINATION, refusedCopy, type DestinationView } from './export/index.ts';
import type { Environment, Reader } from './config-reader.ts';

export interface OtlpDestination {
  readonly view: DestinationView;
  readonly target: {
    /** Whole address, path included. */
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly protocol: (typeof PROTOCOLS)[number];
    readonly compression: (typeof COMPRESSIONS)[number];
    readonly timeoutMs: number;
  };
}

export interface OtlpSettings {
  /** None: no spans are made. */
  readonly destinations: readonly OtlpDestination[];
  /** Resource attributes of every span. */
  readonly resource: Readonly<Record<string, string>>;
  /** Spans that may wait, for each destination. */
  readonly queueLimit: number;
}

export const OTLP_KEYS = ['CLEW_OTLP_DESTINATIONS'] as const;

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;
const COMPRESSIONS = ['none', 'gzip'] as const;
const SAMPLERS = { parentbased_always_on: 'parent', always_on: 'always' } as const;
const FILE_KEY = 'CLEW_OTLP_DESTINATIONS';
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const LOST = 'no spans can be exported';
const FIELDS = new Set([
  ...['name', 'endpoint', 'headers', 'protocol', 'compression', 'timeout_ms'],
  ...['conventions', 'content', 'stages', 'sampling', 'copy'],
]);

export function readOtlpSettings(reader: Reader, env: Environment, workingFolder: string): OtlpSettings {
  const view = readView(reader);
  const standard = readStandard(reader, view);
  const further = readFile(reader, env, workingFolder, view);
  const destinations = [...(standard ? [standard] : []), ...further];
  const names = destinations.map((one) => one.view.name);
  if (new Set(names).size < names.length)
    reader.fault(FILE_KEY, 'a name of its own for each destination; "default" is that of OTEL_EXPORTER_OTLP_ENDPOINT', LOST);
  const queueLimit = reader.integer('OTEL_BSP_MAX_QUEUE_SIZE', 8_192, 1, 1_000_000, 'spans that wait would fill the memory');
  return Object.freeze({
    destinations: reader.raw('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' ? [] : destinations,
    resource: readResource(reader),
    queueLimit,
  });
}

/** What all destinations share unless the file says otherwise of one. */
function readView(reader: Reader): Omit<DestinationView, 'name'> {
  const optIn = (reader.raw('OTEL_SEMCONV_STABILITY_OPT_IN') ?? '').split(',').map((one) => one.trim());
  // The names of other exporters' settings: true and false are the older ones.
  const capture = reader.choice(
    'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
    'no_content',
    ['no_content', 'span_only', 'span_and_event', 'event_only', 'NO_CONTENT', 'SPAN_ONLY', 'SPAN_AND_EVENT', 'EVENT_ONLY', 'true', 'false'],
    'nobody knows whether texts may leave',
  );
  const samplers = Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[];
  const sampler = reader.choice('OTEL_TRACES_SAMPLER', 'parentbased_always_on', samplers, 'nobody knows which spans are wanted');
  return {
    ...PLAIN_DESTINATION,
    conventions: optIn.includes('gen_ai_latest_experimental') ? 'latest' : '1.41',
    content: ['true', 'span_only', 'span_and_event'].includes(capture.toLowerCase()) ? 'redacted' : 'none',
    sampling: SAMPLERS[sampler],
  };
}

function readStandard(reader: Reader, view: Omit<DestinationView, 'name'>): OtlpDestination | undefined {
  const base = reader.url('OTEL_EXPORTER_OTLP_ENDPOINT', LOST);
  const whole = reader.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', LOST);
  const either = (name: string): string =>
    reader.raw(`OTEL_EXPORTER_OTLP_TRACES_${name}`) === undefined ? `OTEL_EXPORTER_OTLP_${name}` : `OTEL_EXPORTER_OTLP_TRACES_${name}`;
  const protocol = reader.choice(either('PROTOCOL'), 'http/protobuf', PROTOCOLS, 'gRPC is not spoken: use the HTTP port, 4318 as a rule');
  const compression = reader.choice(either('COMPRESSION'), 'none', COMPRESSIONS, 'the receiver would not understand');
  const timeoutMs = reader.integer(either('TIMEOUT'), 10_000, 1, 600_000, 'a receiver that hangs would hold the queue');
  const url = whole ?? (base === undefined ? undefined : tracesAt(base));
  if (url === undefined) return undefined;
  return {
    view: { ...view, name: 'default' },
    target: {
      url,
      headers: readPairs(reader, either('HEADERS'), 'the receiver would refuse the spans', HEADER),
      protocol,
      compression,
      timeoutMs,
    },
  };
}

/** The standard's rule for a base address; a whole one is taken as it is. */
const tracesAt = (base: string): string => (base.endsWith('/v1/traces') ? base : `${base}/v1/traces`);

function readPairs(reader: Reader, key: string, consequence: string, name: RegExp): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (const pair of (reader.raw(key) ?? '').split(',').filter((part) => part.trim() !== '')) {
    const at = pair.indexOf('=');
    const left = pair.slice(0, Math.max(0, at)).trim();
    try {
      if (!name.test(left)) throw new URIError('no name');
      const value = decodeURIComponent(pair.slice(at + 1).trim());
      // A line end would be a header of its own; the sender refuses it, and nothing would ever arrive.
      if (/[^\t\x20-\x7e\x80-\u{10ffff}]/u.test(value)) throw new URIError('no value');
      pairs[left] = value;
    } catch {
      reader.fault(key, 'name=value pairs between commas, percent-encoded, without line ends', consequence);
      break;
    }
  }
  return Object.freeze(pairs);
}

function readResource(reader: Reader): Readonly<Record<string, string>> {
  const given = readPairs(
    reader,
    'OTEL_RESOURCE_ATTRIBUTES',
    'spans would not say where they come from',
    /^[\x21-\x2b\x2d-\x3c\x3e-\x7e]{1,255}$/,
  );
  return { 'service.name': reader.raw('OTEL_SERVICE_NAME') ?? given['service.name'] ?? 'clew', ...withoutName(given) };
}

const withoutName = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name !== 'service.name'));

type Entry = Readonly<Record<string, unknown>>;
const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value);

function readFile(
  reader: Reader,
  env: Environment,
  workingFolder: string,
  view: Omit<DestinationView, 'name'>,
): readonly OtlpDestination[] {
  const file = reader.raw(FILE_KEY);
  if (file === undefined) return [];
  let listed: unknown;
  try {
    listed = (parse(readFileSync(path.resolve(workingFolder, file), 'utf8')) as { readonly destinations?: unknown } | null)?.destinations;
  } catch {
    listed = undefined;
  }
  if (!Array.isArray(listed)) {
    reader.fault(FILE_KEY, 'a YAML file that can be read and holds a list "destinations"', LOST);
    return [];
  }
  return listed.flatMap((entry: unknown, index) => {
    const fault = (field: string, expected: string): void => reader.fault(FILE_KEY, `destinations[${index}]${field}: ${expected}`, LOST);
    if (!isEntry(entry)) {
      fault('', 'name, endpoint and what else docs/EXPORT.md lists');
      return [];
    }
    const made = readEntry(entry, env, view, fault);
    return made ? [made] : [];
  });
}

type Fault = (field: string, expected: string) => void;

function readEntry(entry: Entry, env: Environment, view: Omit<DestinationView, 'name'>, fault: Fault): OtlpDestination | undefined {
  const faults: string[] = [];
  const wrong: Fault = (field, expected) => {
    faults.push(field);
    fault(`.${field}`, expected);
  };
  const choice = <T extends string | boolean>(field: string, fallback: T, values: readonly T[]): T => {
    const found = values.find((value) => value === (entry[field] ?? fallback));
    if (found === undefined) wrong(field, `one of ${values.join(', ')}`);
    return found ?? fallback;
  };
  for (const field of Object.keys(entry)) if (!FIELDS.has(field)) wrong(field, `to be one of ${[...FIELDS].join(', ')}`);
  const { name, endpoint } = entry;
  if (typeof name !== 'string' || !NAME.test(name)) wrong('name', 'lower-case letters, digits, . _ -');
  const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? endpoint.replace(/\/+$/, '') : '';
  if (!/^https?:\/\//.test(url)) wrong('endpoint', 'an http:// or https:// URL');
  const timeoutMs = entry['timeout_ms'] ?? 10_000;
  if (typeof timeoutMs !== 'number' || !Number.isInteger(timeoutMs) || timeoutMs < 1) wrong('timeout_ms', 'a whole number of milliseconds');
  const made: OtlpDestination = {
    view: {
      name: String(name),
      conventions: choice('conventions', view.conventions, CONVENTIONS),
      content: choice('content', view.content, ['none', 'redacted']),
      stages: choice('stages', view.stages, [true, false]),
      sampling: choice('sampling', view.sampling, ['parent', 'always']),
      copy: readCopies(entry['copy'], wrong),
    },
    target: {
      url: tracesAt(url),
      headers: readHeaders(entry['headers'], env, wrong),
      protocol: choice('protocol', 'http/protobuf', PROTOCOLS),
      compression: choice('compression', 'none', COMPRESSIONS),
      timeoutMs: Number(timeoutMs),
    },
  };
  return faults.length === 0 ? made : undefined;
}

/** Values as they are, or env:NAME for a secret that the file should not hold. */
function readHeaders(value: unknown, env: Environment, wrong: Fault): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const headers: Record<string, string> = {};
  if (!isEntry(value)) wrong('headers', 'names with their values');
  else
    for (const [name, given] of Object.entries(value)) {
      const variable = typeof given === 'string' && given.startsWith('env:') ? given.slice('env:'.length) : undefined;
      const text = variable === undefined ? given : env[variable]?.trim();
      if (!HEADER.test(name)) wrong('headers', 'names of HTTP headers');
      else if (typeof text !== 'string' || !/^[\x20-\x7e]+$/.test(text))
        wrong(
          `headers.${name}`,
          variable === undefined ? 'a text, or env: and the name of a variable' : `the variable ${variable} to be set`,
        );
      else headers[name] = text;
    }
  return headers;
}

function readCopies(value: unknown, wrong: Fault): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const copies: Record<string, string> = {};
  if (!isEntry(value)) wrong('copy', 'names at the receiver with the attribute clew.* that each repeats');
  else
    for (const [target, source] of Object.entries(value)) {
      const refused = refusedCopy(target, String(source));
      if (refused === undefined) copies[target] = String(source);
      else wrong(`copy.${target}`, refused);
    }
  return copies;
}
