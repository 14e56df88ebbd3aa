// What is told to webhooks, and how: signed as standardwebhooks.com describes, so that receivers need no code of ours.
import { createHash, createHmac } from 'node:crypto';
import type { Scope } from '../kernel/index.ts';
import type { NewPost } from './ports.ts';
import { showAlert, showExplanation, type Labels } from './show.ts';
import { tell } from './tell.ts';
import type { Alert, Explanation } from './types.ts';

/** A webhook of the operator's choice. */
export interface Webhook {
  readonly url: string;
  /** Only alerts of this tenant, and of this environment; null: of all. */
  readonly tenant: string | null;
  readonly environment: string | null;
}

export const targetOf = ({ url }: Webhook): string => createHash('sha256').update(url).digest('hex').slice(0, 32);

/**
 * What is new enough to be told: the likeliest cause of an alert that fires, once there is one and whenever it is another one;
 * and that the alert is over.
 */
export function keyOf({ status, findings }: Explanation): string | undefined {
  const [first] = findings;
  if (status === 'resolved') return 'resolved';
  return first === undefined ? undefined : `firing ${first.dimension} ${first.value}`;
}

export function postsFor(
  scope: Scope,
  alert: Alert,
  explanation: Explanation,
  { webhooks, labels, publicUrl }: { readonly webhooks: readonly Webhook[]; readonly labels: Labels; readonly publicUrl: string },
): readonly NewPost[] {
  const key = keyOf(explanation);
  if (key === undefined) return [];
  const { tenant, environment } = scope;
  const mine = webhooks.filter((one) => (one.tenant ?? tenant) === tenant && (one.environment ?? environment) === environment);
  if (mine.length === 0) return [];
  const body = JSON.stringify({
    type: 'alert.explained',
    timestamp: new Date(explanation.atMs).toISOString(),
    data: {
      ...{ tenant, environment, page: `${publicUrl}/?alert=${alert.id}` },
      ...{ summary: tell(explanation, labels), alert: showAlert(alert), ...showExplanation(explanation, labels) },
    },
  });
  return mine.map((webhook) => ({
    target: targetOf(webhook),
    host: new URL(webhook.url).host,
    key: createHash('sha256').update(key).digest('hex').slice(0, 32),
    body,
  }));
}

/** Headers of one try. With several secrets there are several signatures, so that a secret can be changed without a gap. */
export function signedHeaders(id: string, body: string, nowMs: number, secrets: readonly Uint8Array[]): Record<string, string> {
  const seconds = Math.floor(nowMs / 1_000);
  const sign = (secret: Uint8Array): string => createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': secrets.map((secret) => `v1,${sign(secret)}`).join(' '),
  };
}
