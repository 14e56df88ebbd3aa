// The plugin's settings, from the schema that Kong is given.
import { KONG_SCHEMA } from '../../plugin/src/schema.ts';
import { code, table } from './markdown.ts';

/** What each means. */
const MEANINGS: Readonly<Record<string, string>> = {
  control_plane_url: 'Where the control plane is.',
  token: 'A token of the control plane with the right to ingest: `clew token create --role ingest`.',
  client_cert:
    'Certificate that the gateway shows instead of a token, PEM ([ACCESS.md](ACCESS.md#certificates-instead-of-tokens)); the URL must be https then.',
  client_key: 'Its private key, PEM.',
  ca_cert: 'Authority of the control plane’s certificate, PEM, where Node does not know it.',
  tenant: 'Wall between customers, and part of the key of every pseudonym.',
  environment: 'Wall within a tenant; `test` is kept out of statistics.',
  hash_key: 'Root of all pseudonyms and history digests. The same on all gateways of a tenant, or one person gets several pseudonyms.',
  mode: 'The most that any policy may keep here.',
  redact_always: 'Types that are redacted whatever a policy says.',
  propagation: 'Headers besides W3C that a trace context may come from.',
  policy_poll_seconds: 'How often policies are asked for (304 where nothing changed).',
  max_body_bytes: 'Longest request or answer that is read; longer ones are cut and marked.',
  queue_bytes: 'Memory for samples that wait for the control plane; above it they go to the spool, or are dropped and counted.',
  batch_size: 'Most samples in one post.',
  flush_ms: 'Longest wait before a batch leaves.',
  timeout_ms: 'Longest wait for the control plane.',
  spool_dir: 'Folder for samples that memory cannot hold, encrypted. None: no spool.',
  spool_bytes: 'Most bytes in it.',
  signing_key: 'Private Ed25519 key that signs what each run was: PEM, or 32 bytes in hex or base64.',
  signing_key_file:
    'Where the key lies where none is given; made at the first start, for this user only. Default: `gateway.key` in `spool_dir`, else in the folder `clew` of Kong’s prefix. A file that is moved away is made anew at the next start: that is a rotation.',
  manifest_key: 'Public Ed25519 key, PEM: only manifests are taken that are signed with it, and none that is older than the last.',
  policy_key:
    'Public Ed25519 key of the control plane, PEM (`keys/policy.pub` of its data folder): only policies are taken that are signed with it, and none that is older than the last, over restarts too.',
  manifests: '`observe`: no manifest warns or blocks here, whatever it says.',
  upstream:
    '`pseudonyms`: the provider reads stand-ins for personal values, whatever a policy says, and the client its own words in the answer ([PRIVACY.md](PRIVACY.md#what-the-provider-reads)). `as_is`: where no policy says otherwise.',
  upstream_max_bytes: 'Longest request body whose values are replaced.',
  upstream_unreadable:
    'What becomes of a request whose values cannot be replaced where that is demanded; `policy`: what the policy says, else `refuse`.',
  gateway: 'What the plugin runs in; Kong, unless it is the trial gateway.',
  log_level: "Least severity in Kong's log.",
};

function takes(field: Readonly<Record<string, unknown>>): string {
  const choices = (field['one_of'] ?? (field['elements'] as Record<string, unknown> | undefined)?.['one_of']) as
    readonly string[] | undefined;
  const between = field['between'] as readonly number[] | undefined;
  return [
    String(field['type']),
    ...(choices === undefined ? [] : [`of ${choices.join(', ')}`]),
    ...(between === undefined ? [] : [`from ${between[0]} to ${between[1]}`]),
    ...(field['len_min'] === undefined ? [] : [`of ${JSON.stringify(field['len_min'])} characters or more`]),
    ...(field['referenceable'] === true ? ['(takes a vault reference)'] : []),
  ].join(' ');
}

const text = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

export function pluginSettings(): string {
  const fields = KONG_SCHEMA.flatMap((entry) => Object.entries(entry));
  const rows = fields.map(([name, field]) => {
    const meaning = MEANINGS[name];
    if (meaning === undefined) throw new Error(`The plugin's setting ${name} has no meaning in scripts/docs/plugin.ts`);
    const shown = field['required'] === true ? '**required**' : code(text(field['default']));
    return [code(name), shown, meaning, takes(field)];
  });
  return table(['field', 'default', 'meaning', 'takes'], rows);
}
