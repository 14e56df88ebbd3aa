// One receiver of spans, as it was configured: what it gets and in which words. How it is reached is the adapter's concern.

/** Names of the GenAI conventions: the last that OpenTelemetry released with its other ones, or those of their own repository. */
export const CONVENTIONS = ['1.41', 'latest'] as const;
export type Conventions = (typeof CONVENTIONS)[number];

export interface DestinationView {
  /** Names the destination in metrics and logs. */
  readonly name: string;
  readonly conventions: Conventions;
  /** Whether prompt and answer go along, as they are stored: redacted. Off unless somebody turned it on for this receiver. */
  readonly content: 'none' | 'redacted';
  /** Whether the stages of a request become spans of their own. */
  readonly stages: boolean;
  /** Further attributes of the semantic span: name at the receiver → attribute of ours that it repeats. */
  readonly copy: Readonly<Record<string, string>>;
  /** parent: spans of traces that the caller does not record are not sent. */
  readonly sampling: 'parent' | 'always';
}

export const PLAIN_DESTINATION: Omit<DestinationView, 'name'> = {
  conventions: '1.41',
  content: 'none',
  stages: true,
  copy: {},
  sampling: 'parent',
};

/**
 * Why an attribute must not be filled by copying; undefined where it may. The conventions reserve gen_ai.* for what its names say:
 * an inferred thread must never pose as a conversation that somebody declared.
 */
export function refusedCopy(target: string, source: string): string | undefined {
  if (!/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/i.test(target)) return 'names as langfuse.session.id, with a dot';
  if (/^(gen_ai|clew|openai|otel)\./i.test(target)) return 'a name outside gen_ai.*, openai.*, otel.* and clew.*';
  if (!/^clew\.[a-z_.]+$/.test(source)) return 'an attribute clew.* to repeat';
  return undefined;
}
