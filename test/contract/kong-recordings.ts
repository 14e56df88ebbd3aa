import { decode } from '@msgpack/msgpack';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Binary, LuaMap, type LuaValue } from '../../plugin/trial-gateway/protocol/lua-value.ts';

// Frames recorded between a real Kong and a real plugin server, as values.

const fixtures = path.join(import.meta.dirname, '..', 'fixtures', 'kong');

type Direction = 'out' | 'in';
export interface Recording {
  readonly name: string;
  readonly isComplete: boolean;
  readonly frames: readonly (readonly [Direction, string])[];
}

export const recordings = (JSON.parse(readFileSync(path.join(fixtures, 'frames.json'), 'utf8')) as { scenarios: Recording[] }).scenarios;

/** Decoded values do not say whether an empty table was a map or a list; Kong's frames do, and only multi maps are. */
export function toLua(value: unknown): LuaValue {
  if (value instanceof Uint8Array) return new Binary(value);
  if (Array.isArray(value)) return value.map(toLua);
  if (typeof value !== 'object' || value === null) return value as LuaValue;
  const table = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toLua(item)]));
  return Object.keys(table).length === 0 ? new LuaMap(table) : table;
}

export interface RecordedCall {
  readonly method: string;
  readonly args: readonly unknown[];
  /** Absent when nothing was sent back. */
  readonly reply?: { readonly step: string; readonly hasData: boolean; readonly data: unknown };
}

export interface RecordedEvent {
  readonly phase: string;
  readonly calls: readonly RecordedCall[];
  readonly hasReturned: boolean;
}

export type RecordedAct =
  | { readonly kind: 'start'; readonly config: Record<string, unknown>; readonly reply: Record<string, unknown> }
  | { readonly kind: 'close' }
  | ({ readonly kind: 'event' } & RecordedEvent);

type Message = [number, number, unknown, unknown];
interface Exchange {
  readonly method: string;
  readonly argument: Record<string, unknown>;
  readonly result: Record<string, unknown> | undefined;
}

/** Pairs requests with replies by message id. */
export function exchangesOf(frames: readonly (readonly [Direction, Uint8Array])[]): Exchange[] {
  const messages = frames.map(([direction, bytes]) => ({ direction, message: decode(bytes) as Message }));
  return messages
    .filter(({ direction }) => direction === 'out')
    .map(({ message: [, id, method, args] }) => {
      const reply = messages.find(({ direction, message }) => direction === 'in' && message[1] === id)?.message;
      return {
        method: String(method).replace('plugin.', ''),
        argument: (args as Record<string, unknown>[])[0]!,
        result: reply === undefined ? undefined : ((reply[3] ?? undefined) as Record<string, unknown> | undefined),
      };
    });
}

/** The story that frames tell: starts, events with their PDK calls, closings. */
export function actsOf(frames: readonly (readonly [Direction, Uint8Array])[]): RecordedAct[] {
  const acts: RecordedAct[] = [];
  let open: { phase: string; calls: RecordedCall[]; hasReturned: boolean } | undefined;
  const follow = (result: Record<string, unknown> | undefined): void => {
    const data = result?.['Data'] as 'ret' | { Method: string; Args: unknown[] };
    if (open === undefined) return;
    if (data === 'ret') open.hasReturned = true;
    else open.calls.push({ method: data.Method, args: data.Args });
  };
  for (const { method, argument, result } of exchangesOf(frames)) {
    if (method === 'StartInstance')
      acts.push({ kind: 'start', config: JSON.parse(String(argument['Config'])) as Record<string, unknown>, reply: result! });
    else if (method === 'CloseInstance') acts.push({ kind: 'close' });
    else if (method === 'HandleEvent') {
      open = { phase: String(argument['EventName']), calls: [], hasReturned: false };
      acts.push({ kind: 'event', ...open, calls: open.calls });
      follow(result);
      Object.assign(acts.at(-1)!, { hasReturned: open.hasReturned });
    } else {
      const calls = open!.calls;
      calls[calls.length - 1] = { ...calls.at(-1)!, reply: { step: method, hasData: 'Data' in argument, data: argument['Data'] } };
      follow(result);
      Object.assign(
        acts.findLast((act) => act.kind === 'event')!,
        { hasReturned: open!.hasReturned },
      );
    }
  }
  return acts;
}

export const framesOf = (recording: Recording): (readonly [Direction, Uint8Array])[] =>
  recording.frames.map(([direction, hex]) => [direction, Buffer.from(hex, 'hex')] as const);
