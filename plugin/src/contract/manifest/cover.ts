// Which manifests cover a run.
import type { CompiledManifest, ManifestSet } from './compile.ts';

/** Where a run came in. */
export interface RunPlace {
  readonly route?: string | undefined;
  readonly service?: string | undefined;
  readonly consumer?: string | undefined;
  /** Value of a request header; the name in lower case. Absent where headers are not known. */
  readonly header?: ((name: string) => string | undefined) | undefined;
  /** Names of the manifests that the gateway, which saw the headers, found to cover the run. */
  readonly found?: readonly string[] | undefined;
}

/** Those with most conditions among the manifests whose conditions all hold; empty where none covers the run. */
export function coveringManifests(set: ManifestSet, place: RunPlace): readonly CompiledManifest[] {
  const covering = set.manifests.filter((manifest) => covers(manifest, place));
  const most = Math.max(0, ...covering.map(conditionsOf));
  return covering.filter((manifest) => conditionsOf(manifest) === most);
}

function covers({ manifest }: CompiledManifest, place: RunPlace): boolean {
  const { routes, services, consumers, headers } = manifest.match ?? {};
  const named: readonly (readonly [readonly string[] | undefined, string | undefined])[] = [
    [routes, place.route],
    [services, place.service],
    [consumers, place.consumer],
  ];
  if (!named.every(([patterns, value]) => patterns === undefined || fits(patterns, value))) return false;
  if (headers === undefined) return true;
  const { header } = place;
  if (header) return Object.entries(headers).every(([name, patterns]) => fits(patterns, header(name)));
  return place.found?.includes(manifest.name) === true;
}

function conditionsOf({ manifest: { match } }: CompiledManifest): number {
  const { routes, services, consumers, headers } = match ?? {};
  return [routes, services, consumers].filter((patterns) => patterns !== undefined).length + Object.keys(headers ?? {}).length;
}

const fits = (patterns: readonly string[], value: string | undefined): boolean =>
  value !== undefined && patterns.some((pattern) => matchesGlob(pattern, value));

/** "*" stands for any characters. Each part is looked for behind the one before, which never has to be taken back. */
function matchesGlob(pattern: string, value: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return value === pattern;
  const last = parts.at(-1) ?? '';
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= value.length - last.length;
}
