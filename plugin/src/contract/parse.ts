// Judging what came over the wire. Messages name the place and what was expected, never the value that was found.
import type { Sample } from './generated/sample.ts';
import type { Policy } from './generated/policy.ts';
import type { Bundle } from './generated/bundle.ts';
import type { Feedback } from './generated/feedback.ts';
import type { Manifest } from './generated/manifest.ts';
import {
  validateBundle,
  validateFeedback,
  validateManifest,
  validatePolicy,
  validateSample,
  type Validator,
} from './generated/validators.js';

export interface Fault {
  /** JSON pointer to the place; names that the sender made up are shortened. */
  readonly path: string;
  readonly expected: string;
}

export type Parsed<T> =
  { readonly ok: true; readonly value: T; readonly unknownFields: number } | { readonly ok: false; readonly faults: readonly Fault[] };

/** Fields that version 1 does not know are removed from the value (in place) and counted. */
export function parseSample(value: unknown): Parsed<Sample> {
  return parse<Sample>(value, validateSample, true);
}

/** A policy is written by people, so an unknown field is a fault: it is most likely a typing error. */
export function parsePolicy(value: unknown): Parsed<Policy> {
  return parse<Policy>(value, validatePolicy, false);
}

/** Written by people as well. */
export function parseManifest(value: unknown): Parsed<Manifest> {
  return parse<Manifest>(value, validateManifest, false);
}

/** From anyone: only the shape is judged here. */
export function parseBundle(value: unknown): Parsed<Bundle> {
  return parse<Bundle>(value, validateBundle, false);
}

/** From applications and evaluators. That exactly one thing is judged is for the receiver to see. */
export function parseFeedback(value: unknown): Parsed<Feedback> {
  return parse<Feedback>(value, validateFeedback, false);
}

const MAX_FAULTS = 20;

function parse<T>(value: unknown, validate: Validator, dropUnknown: boolean): Parsed<T> {
  if (validate(value)) return { ok: true, value: value as T, unknownFields: 0 };
  const errors = validate.errors ?? [];
  let unknownFields = 0;
  if (dropUnknown) {
    for (const error of errors) {
      if (error.keyword !== 'additionalProperties') continue;
      const holder = resolve(value, error.instancePath);
      const key = (error.params as { additionalProperty?: unknown }).additionalProperty;
      if (holder && typeof key === 'string' && Object.hasOwn(holder, key)) {
        Reflect.deleteProperty(holder, key);
        unknownFields += 1;
      }
    }
    if (unknownFields > 0 && validate(value)) return { ok: true, value: value as T, unknownFields };
  }
  const faults: Fault[] = [];
  for (const error of validate.errors ?? []) {
    if (error.keyword === 'anyOf' || error.keyword === 'if') continue;
    faults.push({ path: dropUnknown ? shorten(error.instancePath) : error.instancePath.slice(0, 200), expected: describe(error) });
    if (faults.length === MAX_FAULTS) break;
  }
  if (faults.length === 0) faults.push({ path: '', expected: 'a value that the schema allows' });
  return { ok: false, faults };
}

function resolve(value: unknown, pointer: string): Record<string, unknown> | undefined {
  let current: unknown = value;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return typeof current === 'object' && current !== null ? (current as Record<string, unknown>) : undefined;
}

/** Only names of the contract appear whole; free keys (parameters, counts) could hold what a user wrote. */
function shorten(pointer: string): string {
  return pointer.replace(/^(\/(?:parameters|redaction\/counts))\/.*/, '$1/…').slice(0, 200);
}

function describe(error: NonNullable<Validator['errors']>[number]): string {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return `field ${String(params['missingProperty'])} present`;
    case 'type':
      return `type ${String(params['type'])}`;
    case 'enum':
      return `one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`;
    case 'const':
      return `the value ${String(params['allowedValue'])}`;
    case 'pattern':
      return `text of the form ${String(params['pattern'])}`;
    case 'additionalProperties':
      return 'no field of that name';
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return `at most ${String(params['limit'])} ${error.keyword === 'maxLength' ? 'characters' : 'entries'}`;
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return `at least ${String(params['limit'])} ${error.keyword === 'minLength' ? 'characters' : 'entries'}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `a number ${String(params['comparison'])} ${String(params['limit'])}`;
    default:
      return error.keyword;
  }
}
