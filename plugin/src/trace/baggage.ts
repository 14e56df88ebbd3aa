// W3C Baggage. Members that are ours, or meant for us, are taken out before the provider sees the request; the others
// are passed on whole and in order.
import { trimBlanks } from './traceparent.ts';

export interface BaggageMember {
  readonly key: string;
  /** Percent-decoded; bytes that are not UTF-8 stand as U+FFFD. */
  readonly value: string;
  /** The member with its properties, every character allowed in a header. */
  readonly text: string;
}

const MAX_MEMBERS = 64;
const MAX_BYTES = 8192;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What may not stand in a value as it is: controls, space, double quote, comma, semicolon, backslash, beyond ASCII. */
const NOT_AN_OCTET = /[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu;

/** Members that are not of the form are left out; each stands for itself. */
export function parseBaggage(header: string | undefined): readonly BaggageMember[] {
  const members: BaggageMember[] = [];
  for (const part of (header ?? '').split(',')) {
    const [pair = '', ...properties] = part.split(';').map(trimBlanks);
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    const key = trimBlanks(pair.slice(0, equals));
    if (!TOKEN.test(key)) continue;
    const value = encodeValue(trimBlanks(pair.slice(equals + 1)));
    const kept = properties.filter((property) => property !== '').map(encodeProperty);
    members.push({ key, value: decodeValue(value), text: [`${key}=${value}`, ...kept].join(';') });
  }
  return members;
}

/** From the left as many whole members as the limits allow; undefined when none is left. */
export function formatBaggage(members: readonly BaggageMember[]): string | undefined {
  let text = '';
  for (const member of members.slice(0, MAX_MEMBERS)) {
    const longer = text === '' ? member.text : `${text},${member.text}`;
    // All characters are ASCII, so characters are bytes.
    if (longer.length > MAX_BYTES) break;
    text = longer;
  }
  return text === '' ? undefined : text;
}

/** Percent-encodes what may not stand in a value; what is encoded already stays. */
export function encodeValue(text: string): string {
  return text.toWellFormed().replace(NOT_AN_OCTET, encodeURIComponent);
}

/** Percent-decodes octets as UTF-8; invalid sequences become U+FFFD, a stray percent sign stays. */
export function decodeValue(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

function encodeProperty(property: string): string {
  const equals = property.indexOf('=');
  if (equals < 0) return encodeValue(property);
  return `${encodeValue(trimBlanks(property.slice(0, equals)))}=${encodeValue(trimBlanks(property.slice(equals + 1)))}`;
}
