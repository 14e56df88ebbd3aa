// Settings of where explained alerts are posted to.
import { createOutboundRules, parseTarget } from './access/index.ts';
import type { Webhook } from './alerts/index.ts';
import type { Reader } from './config-reader.ts';

export interface AlertSettings {
  readonly webhooks: readonly Webhook[];
  /** Secrets of the signature, the newest first; each signs. */
  readonly secrets: readonly Uint8Array[];
  /** Hosts that may be posted to. */
  readonly outbound: readonly string[];
  /** Where browsers reach the page, without a slash at its end; empty where nobody said. */
  readonly publicUrl: string;
}

export const ALERT_KEYS = ['CLEW_ALERT_WEBHOOKS', 'CLEW_ALERT_WEBHOOK_SECRETS', 'CLEW_OUTBOUND'] as const;

const MAX_WEBHOOKS = 8;
const LEAST_SECRET = 24;
const WEBHOOK = /^(?:([a-z0-9][a-z0-9._-]*)(?:\/([a-z0-9][a-z0-9._-]*))?=)?(https?:\/\/\S+)$/;

export function readAlertSettings(reader: Reader): AlertSettings {
  const outbound = listOf(reader.raw('CLEW_OUTBOUND'));
  if (!outbound.every((entry) => parseTarget(entry) !== undefined))
    reader.fault(
      'CLEW_OUTBOUND',
      'HOST, https://HOST:PORT or http://HOST:PORT between commas, " private" behind those inside',
      'nothing could be posted',
    );
  const webhooks = readWebhooks(reader, outbound);
  const secrets = readSecrets(reader);
  if (webhooks.length > 0 && secrets.length === 0 && reader.raw('CLEW_ALERT_WEBHOOK_SECRETS') === undefined)
    reader.fault('CLEW_ALERT_WEBHOOK_SECRETS', 'to be set, as CLEW_ALERT_WEBHOOKS is', 'receivers could not tell our posts from others');
  return Object.freeze({ webhooks, secrets, outbound, publicUrl: publicUrlIn(reader) });
}

/** What is wrong with it is said where people sign in; without that it is only a link. */
function publicUrlIn(reader: Reader): string {
  const url = reader.raw('CLEW_PUBLIC_URL')?.replace(/\/+$/, '') ?? '';
  return /^https?:\/\//.test(url) && URL.canParse(url) ? url : '';
}

function readWebhooks(reader: Reader, outbound: readonly string[]): readonly Webhook[] {
  const expected = `at most ${MAX_WEBHOOKS} URLs between commas, TENANT= or TENANT/ENVIRONMENT= before those of one alone`;
  const found = listOf(reader.raw('CLEW_ALERT_WEBHOOKS')).map((entry): Webhook | undefined => {
    const [, tenant = null, environment = null, url = ''] = WEBHOOK.exec(entry) ?? [];
    return URL.canParse(url) ? { url, tenant, environment } : undefined;
  });
  const webhooks = found.filter((webhook) => webhook !== undefined);
  if (webhooks.length < found.length || webhooks.length > MAX_WEBHOOKS) {
    reader.fault('CLEW_ALERT_WEBHOOKS', expected, 'explained alerts would be posted nowhere');
    return [];
  }
  if (outbound.every((entry) => parseTarget(entry) !== undefined) && !webhooks.every(({ url }) => isAllowed(outbound, url)))
    reader.fault('CLEW_ALERT_WEBHOOKS', 'hosts that CLEW_OUTBOUND lists', 'explained alerts would not be posted there');
  return Object.freeze(webhooks);
}

function isAllowed(outbound: readonly string[], url: string): boolean {
  try {
    createOutboundRules(outbound).check(url);
    return true;
  } catch {
    return false;
  }
}

/** As standardwebhooks.com writes them: whsec_ and base64. */
function readSecrets(reader: Reader): readonly Uint8Array[] {
  const texts = listOf(reader.raw('CLEW_ALERT_WEBHOOK_SECRETS'));
  const secrets = texts.map((text) => Buffer.from(text.replace(/^whsec_/, ''), 'base64'));
  const isRight = texts.every((text, at) => /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text) && (secrets[at]?.length ?? 0) >= LEAST_SECRET);
  if (isRight) return Object.freeze(secrets);
  reader.fault(
    'CLEW_ALERT_WEBHOOK_SECRETS',
    `whsec_ and at least ${LEAST_SECRET} bytes in base64 (echo "whsec_$(openssl rand -base64 32)"), commas between, the newest first`,
    'receivers could not tell our posts from others',
  );
  return [];
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
