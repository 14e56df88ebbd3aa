import { isRecord, parseJson } from './json.ts';

/** The objects of a JSON array that breaks off, as far as they are whole. In linear time, whatever stands there. */
export function* wholeObjects(text: string): Generator<Readonly<Record<string, unknown>>> {
  let [depth, start, inText] = [0, -1, false];
  for (let at = text.indexOf('[') + 1; at < text.length; at += 1) {
    const character = text[at];
    if (inText) {
      if (character === '\\') at += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth < 0) return;
      if (depth > 0) continue;
      const parsed = parseJson(text.slice(start, at + 1));
      if (parsed.ok && isRecord(parsed.value)) yield parsed.value;
    }
  }
}
