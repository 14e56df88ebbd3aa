// Parameters, context, response format and variant against what is declared.
import { canonicalize } from '../canonical.ts';
import type { Manifest, ManifestParameter } from '../generated/manifest.ts';
import type { CompositionPart, Sample } from '../generated/sample.ts';
import type { Deviation } from './judgement.ts';

type Parameters = NonNullable<Sample['parameters']>;

export function checkParameters({ parameters }: Manifest, sent: Parameters): Deviation[] {
  if (!parameters) return [];
  const named = parameters.named ?? {};
  const deviations: Deviation[] = [];
  for (const [name, declared] of Object.entries(named)) {
    const path = `/parameters/${pointer(name)}`;
    const found = Object.hasOwn(sent, name) ? sent[name] : undefined;
    if (found === undefined) {
      if (declared.required === true) deviations.push({ path, kind: 'missing', expected: shown(declared) });
    } else if (!isWithin(found, declared)) {
      deviations.push({ path, kind: 'changed', expected: shown(declared), found });
    }
  }
  if (parameters.others === 'refuse') {
    for (const [name, found] of Object.entries(sent)) {
      if (!Object.hasOwn(named, name)) deviations.push({ path: `/parameters/${pointer(name)}`, kind: 'unexpected', found });
    }
  }
  return deviations;
}

const pointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function isWithin(found: Parameters[string] | undefined, { minimum, maximum, values }: ManifestParameter): boolean {
  if (values && !values.some((value) => canonicalize(value) === canonicalize(found))) return false;
  if (minimum === undefined && maximum === undefined) return true;
  return typeof found === 'number' && found >= (minimum ?? -Infinity) && found <= (maximum ?? Infinity);
}

function shown({ minimum, maximum, values }: ManifestParameter): object {
  return Object.fromEntries(Object.entries({ minimum, maximum, values }).filter(([, value]) => value !== undefined));
}

export function checkContext({ context }: Manifest, sent: readonly CompositionPart[]): Deviation[] {
  if (!context) return [];
  const { sources, maxBlocks } = context;
  const deviations: Deviation[] = sent.flatMap(({ source }, index) =>
    source !== undefined && sources.includes(source)
      ? []
      : [
          {
            path: `/composition/context/${index}/source`,
            kind: 'unexpected',
            expected: sources,
            ...(source === undefined ? {} : { found: source }),
          },
        ],
  );
  if (maxBlocks !== undefined && sent.length > maxBlocks) {
    deviations.push({ path: '/composition/context', kind: 'changed', expected: { maxBlocks }, found: { blocks: sent.length } });
  }
  return deviations;
}

export function checkResponseFormat({ responseFormat }: Manifest, sent: CompositionPart | undefined): Deviation[] {
  const found = sent?.digest ?? 'none';
  if (responseFormat === undefined || responseFormat === found) return [];
  const kind = found === 'none' ? 'missing' : responseFormat === 'none' ? 'unexpected' : 'changed';
  return [{ path: '/composition/responseFormat', kind, expected: responseFormat, found }];
}

export function checkVariant({ variants }: Manifest, found: string | undefined): Deviation[] {
  if (!variants || (found !== undefined && variants.includes(found))) return [];
  return [
    {
      path: '/composition/variant',
      kind: found === undefined ? 'missing' : 'unexpected',
      expected: variants,
      ...(found === undefined ? {} : { found }),
    },
  ];
}
