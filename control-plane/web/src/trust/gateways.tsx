import type { Epoch, GatewayKeyItem, LogGaps } from '../api/trust.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { ago, count, dateTime, plural, shortId, words } from '../ui/format.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { useNow } from '../ui/use-now.ts';

const ENDS: Readonly<Record<Epoch['end'], readonly [string, Tone]>> = {
  open: ['running', 'good'],
  closed: ['ended in order', 'plain'],
  unknown: ['not heard of again', 'warn'],
  unstated: ['states nothing', 'plain'],
};

/** Each process of a gateway, and what it states of all its runs. */
export function Processes({ epochs }: { readonly epochs: readonly Epoch[] }) {
  const now = useNow();
  return (
    <section aria-labelledby="processes-title">
      <h2 id="processes-title" className="findings-title">
        Gateway processes
      </h2>
      <Listing
        label="Gateway processes"
        className="processes-table"
        columns={['Process', 'End', figures('Here'), figures('Stated'), figures('Let pass unseen'), figures('Heard of')]}
      >
        {epochs.map(({ epoch, end, runs, stated, keyId, lastSeen }) => (
          <li key={epoch} className="row">
            <span className="mono" title={keyId === null ? 'Signs nothing' : `Signs with ${keyId}`}>
              {epoch}
            </span>
            <span>
              <Badge tone={ENDS[end][1]}>{ENDS[end][0]}</Badge>
            </span>
            <span className="number">
              {count(runs)} <span className="narrow-only">here</span>
            </span>
            <span className="number">
              {stated === null ? '–' : count(stated.runs)} <span className="narrow-only">stated</span>
            </span>
            <span className="number" title="Calls under mode off, without a number">
              {stated === null ? '–' : count(stated.passed ?? 0)} <span className="narrow-only">let pass</span>
            </span>
            <time className="number" dateTime={lastSeen} title={dateTime(lastSeen)}>
              {ago(lastSeen, now)}
            </time>
          </li>
        ))}
      </Listing>
    </section>
  );
}

/** Signatures that were not taken: their runs are here all the same, signed on receipt. */
export function Refused({ refused }: { readonly refused: LogGaps['refused'] }) {
  const now = useNow();
  return (
    <section aria-labelledby="refused-title">
      <h2 id="refused-title" className="findings-title">
        Signatures that were not taken
      </h2>
      <ul className="plain-list">
        {refused.map(({ reason, keyId, count: times, lastAt }) => (
          <li key={`${reason} ${keyId}`}>
            <Badge tone="warn">{words(reason)}</Badge> {plural(times, 'time')}
            {keyId !== '' && <span className="mono muted"> key {shortId(keyId, 10)}</span>}
            <span className="muted">, last {ago(lastAt, now)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function GatewayKeys({ keys }: { readonly keys: readonly GatewayKeyItem[] }) {
  return (
    <section aria-labelledby="keys-title">
      <h2 id="keys-title" className="findings-title">
        Keys of gateways
      </h2>
      <ul className="plain-list">
        {keys.map(({ id, name, from, until, revokedAt, vouched, counts }) => (
          <li key={id}>
            <strong>{name}</strong> <span className="mono muted">{shortId(id, 10)}</span>{' '}
            <Badge tone={vouched ? 'good' : 'plain'}>{vouched ? 'vouched for' : 'announced by the gateway'}</Badge>{' '}
            {!counts && <Badge tone="warn">{revokedAt === null ? 'does not count' : 'revoked'}</Badge>}{' '}
            <span className="muted">
              from {dateTime(from)}
              {until !== null && ` until ${dateTime(until)}`}
              {revokedAt !== null && `, revoked ${dateTime(revokedAt)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
