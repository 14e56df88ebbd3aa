// The course of the demo: the hours before, then live traffic, then a request now and then until it ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { tellOfIncident } from './alert.ts';
import { CONVERSATIONS } from './conversations/index.ts';
import { figuresOf, untilHeard, untilStored, type Figures } from './figures.ts';
import { countKinds, type Made } from './kinds.ts';
import { DemoError, type DemoOptions } from './options.ts';
import { startParts, type Parts } from './parts.ts';
import { throughGateway } from './send.ts';
import { timelineOf, type Event } from './timeline.ts';
import { Traffic } from './traffic.ts';
import { greeting, summary } from './words.ts';

export interface Report extends Figures {
  /** What was sent, by kind. */
  readonly made: Made;
  readonly secondsToReady: number;
  readonly secondsToFirstThread: number;
  readonly secondsToAllStored: number;
}

export interface Voice {
  /** For people. */
  say(line: string): void;
  /** The places, once they exist. */
  show(text: string): void;
}

const STORED_LIMIT_MS = 120_000;
/** Conversations that begin after this are the trickle. */
const MAIN_MS = 79_000;
const TRICKLE_LIMIT_MS = 15 * 60_000;

/** Runs until `signal`, or until all is sent where `once` is asked for: then resolves with the figures. */
export async function runDemo(options: DemoOptions, signal: AbortSignal, voice: Voice): Promise<Report | undefined> {
  const startedMs = Date.now();
  const parts = await startParts(options, (line) => voice.say(line));
  try {
    // Must end with the signal, or a part that failed would keep the other parts waiting.
    return await Promise.race([course(parts, options, signal, voice, startedMs), failureOf(parts, signal)]);
  } finally {
    await parts.stop();
  }
}

async function failureOf(parts: Parts, signal: AbortSignal): Promise<never> {
  await parts.control.ended;
  if (signal.aborted) await new Promise(() => undefined);
  throw new DemoError('The control plane ended by itself', parts.control.lastWords() || 'Run: npm run -s clew -- doctor');
}

async function course(
  parts: Parts,
  options: DemoOptions,
  signal: AbortSignal,
  voice: Voice,
  startedMs: number,
): Promise<Report | undefined> {
  const { control, gateway } = parts;
  const seconds = (): number => Math.round((Date.now() - startedMs) / 100) / 10;
  const secondsToReady = seconds();
  const traffic = new Traffic((feedback) => control.post('/v1/feedback', feedback));
  const events = timelineOf(CONVERSATIONS);
  const firstThread = untilFirstThread(parts, signal).then(seconds);
  // These are awaited much later: a failure until then is for that moment, and must not end the process where it happens.
  firstThread.catch(() => undefined);
  const liveMs = Date.now();
  await sendPast(parts, traffic, events, liveMs, signal);
  const told = parts.isUsed
    ? undefined
    : untilStored(control, [...traffic.sent], STORED_LIMIT_MS).then(() => tellOfIncident(control, liveMs));
  told?.catch(() => undefined);
  if (!options.once) voice.show(greeting({ control: control.url, gateway: gateway.url, token: parts.token }));
  const send = throughGateway(gateway.url);
  const live = events.filter(({ atMs }) => atMs >= 0);
  const main = live.filter(({ conversation }) => conversation.when !== 'later');
  if (options.quick) await traffic.rush(main, send, signal);
  else await traffic.live(main, send, signal, Date.now());
  if (signal.aborted) return undefined;
  await untilStored(control, traffic.sent, STORED_LIMIT_MS);
  await untilHeard(control, traffic.told, STORED_LIMIT_MS);
  await told;
  const report = {
    ...(await figuresOf(control, traffic.sent)),
    made: countKinds(
      traffic.sent,
      events.filter((event) => event.atMs < 0 || main.includes(event)),
      traffic.told,
    ),
    secondsToReady,
    secondsToFirstThread: await firstThread,
    secondsToAllStored: seconds(),
  };
  if (options.once) return report;
  voice.say(summary(report));
  if (!options.quick) await trickle(traffic, live, send, signal, voice);
  await untilAborted(signal);
  return undefined;
}

async function sendPast(parts: Parts, traffic: Traffic, events: readonly Event[], nowMs: number, signal: AbortSignal): Promise<void> {
  // What an earlier demo stored is past enough.
  if (parts.isUsed || signal.aborted) return;
  const past = await parts.openPast();
  await traffic.past(
    events.filter(({ atMs }) => atMs < 0),
    past,
    nowMs,
  );
  await past.close();
}

async function trickle(
  traffic: Traffic,
  live: readonly Event[],
  send: ReturnType<typeof throughGateway>,
  signal: AbortSignal,
  voice: Voice,
): Promise<void> {
  const startMs = Date.now() - MAIN_MS;
  const later = live.filter(({ conversation, atMs }) => conversation.when === 'later' && atMs < TRICKLE_LIMIT_MS);
  await traffic.live(later, send, signal, startMs);
  if (!signal.aborted) voice.say('All sample conversations are through. The page and the gateway stay up until Ctrl-C.');
}

async function untilFirstThread({ control }: Parts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { items } = JSON.parse(await control.text('/v1/threads?limit=1')) as { items: unknown[] };
    if (items.length > 0) return;
    await sleep(50);
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    // A pending promise keeps no process alive.
    const awake = setInterval(() => undefined, 60_000);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(awake);
        resolve();
      },
      { once: true },
    );
  });
}
