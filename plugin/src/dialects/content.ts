// Message content in any dialect: a string or a list of typed parts. Part types of the dialects do not collide, so one
// reader serves all of them.
import { hash } from 'node:crypto';
import type { Json } from '#contract';
import { asList, asText, dig, get } from './json.ts';
import type { RetrievedDocument } from './types.ts';

/** A part that is not text. Exactly one of url, data (base64), plain and id is meaningful; none for garbage. */
export interface Medium {
  readonly kind: 'image' | 'audio' | 'file';
  readonly url?: string | undefined;
  readonly data?: string | undefined;
  readonly plain?: string | undefined;
  readonly id?: string | undefined;
}

export interface Content {
  /** Text parts in order; other parts as their placeholder. */
  readonly shown: readonly string[];
  /** Text parts only. */
  readonly texts: readonly string[];
  readonly media: readonly Medium[];
  readonly documents: readonly RetrievedDocument[];
}

export const NO_CONTENT: Content = { shown: [], texts: [], media: [], documents: [] };

export function readContent(content: unknown): Content {
  if (typeof content === 'string') return content === '' ? NO_CONTENT : { ...NO_CONTENT, shown: [content], texts: [content] };
  const shown: string[] = [];
  const texts: string[] = [];
  const media: Medium[] = [];
  const documents: RetrievedDocument[] = [];
  for (const part of Array.isArray(content) ? (content as readonly unknown[]) : [content]) {
    const text = textOf(part);
    if (text !== undefined) {
      shown.push(text);
      texts.push(text);
    }
    const medium = text === undefined ? mediumOf(part) : undefined;
    if (medium) {
      shown.push(`[${medium.kind}]`);
      media.push(medium);
    }
    const document = documentOf(part);
    if (document) documents.push(document);
  }
  return { shown, texts, media, documents };
}

function textOf(part: unknown): string | undefined {
  if (typeof part === 'string') return asText(part);
  switch (get(part, 'type')) {
    case 'text':
    case 'input_text':
    case 'output_text':
    case undefined:
      return asText(get(part, 'text'));
    case 'refusal':
      return asText(get(part, 'refusal'));
    case 'search_result':
      return joined(get(part, 'content'));
    default:
      return undefined;
  }
}

function mediumOf(part: unknown): Medium | undefined {
  switch (get(part, 'type')) {
    case 'image_url':
    case 'input_image':
    case 'computer_screenshot': {
      const url = asText(get(part, 'image_url')) ?? asText(dig(part, 'image_url.url'));
      return url === undefined ? { kind: 'image', id: asText(get(part, 'file_id')) } : linked('image', url);
    }
    case 'image':
      return sourced('image', get(part, 'source'));
    case 'input_audio':
      return { kind: 'audio', data: asText(dig(part, 'input_audio.data')) };
    case 'file':
    case 'input_file': {
      const file = get(part, 'type') === 'file' ? get(part, 'file') : part;
      const data = asText(get(file, 'file_data')) ?? asText(get(file, 'file_url'));
      return data === undefined ? { kind: 'file', id: asText(get(file, 'file_id')) } : linked('file', data);
    }
    case 'document':
      return sourced('file', get(part, 'source'));
    default:
      return undefined;
  }
}

/** Anthropic's source objects. */
function sourced(kind: Medium['kind'], source: unknown): Medium {
  switch (get(source, 'type')) {
    case 'base64':
      return { kind, data: asText(get(source, 'data')) };
    case 'url':
      return linked(kind, asText(get(source, 'url')) ?? '');
    case 'text':
      return { kind, plain: asText(get(source, 'data')) };
    case 'content':
      return { kind, plain: joined(get(source, 'content')) };
    default:
      return { kind, id: asText(get(source, 'file_id')) };
  }
}

/** A data URL is its data: the same picture sent as a URL, or as base64 in another dialect, is the same picture. */
function linked(kind: Medium['kind'], url: string): Medium {
  if (!url.startsWith('data:')) return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? { kind, url } : { kind, data: url };
  const comma = url.indexOf(',');
  const value = url.slice(comma + 1);
  return url.slice(0, Math.max(comma, 0)).endsWith(';base64') ? { kind, data: value } : { kind, plain: value };
}

function documentOf(part: unknown): RetrievedDocument | undefined {
  const type = get(part, 'type');
  if (type !== 'document' && type !== 'search_result') return undefined;
  const medium = type === 'document' ? sourced('file', get(part, 'source')) : undefined;
  const text = type === 'document' ? (medium?.plain ?? medium?.data) : joined(get(part, 'content'));
  return text === undefined ? undefined : { source: type, text };
}

function joined(blocks: unknown): string | undefined {
  if (typeof blocks === 'string') return asText(blocks);
  const texts = asList(blocks).map((block) => asText(get(block, 'text')));
  return asText(texts.filter((text) => text !== undefined).join('\n'));
}

export function canonicalMedium(medium: Medium): Json {
  const { kind, url, data, plain, id } = medium;
  if (url !== undefined) return { kind, url: url.toWellFormed() };
  if (data !== undefined) return { kind, sha256: digest(Buffer.from(data, 'base64')) };
  if (plain !== undefined) return { kind, sha256: digest(plain) };
  return { kind, id: id?.toWellFormed() ?? null };
}

function digest(bytes: Buffer | string): string {
  return hash('sha256', bytes);
}
