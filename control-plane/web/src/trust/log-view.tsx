import { readGaps, readGatewayKeys, readLog, type GatewayKeyItem, type LogGaps, type LogHealth } from '../api/trust.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page } from '../api/views.ts';
import { goBack } from '../route/navigate.ts';
import { runsAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ago, count, dateTime, plural } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { Account } from './account.tsx';
import { Gaps } from './gaps.tsx';
import { GatewayKeys, Processes, Refused } from './gateways.tsx';

const POLL_MS = 10_000;

/** How the log of runs fares: its size, what of it is signed and seen by witnesses, and which runs are not in it. */
export function LogView() {
  const { data: log, problem, reload } = useResource<LogHealth>('log', readLog, POLL_MS);
  const { data: gaps } = useResource<LogGaps>('log gaps', readGaps, POLL_MS);
  const { data: keys } = useResource<Page<GatewayKeyItem>>('gateway keys', readGatewayKeys);
  useTitle('Log');
  useKeys({ Escape: () => goBack(runsAddress()) });
  if (log === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Loading the log" />;
  return (
    <>
      {problem && <ProblemNote problem={problem} slim />}
      <section className="filters">
        <h1 className="page-title">Log of runs</h1>
        <span className="mono muted clip" title={log.origin}>
          {log.origin}
        </span>
      </section>
      <div className="log-cards">
        <Size log={log} />
        <Witnesses log={log} />
        <Account log={log} gaps={gaps} />
      </div>
      {gaps && gaps.items.length > 0 && <Gaps gaps={gaps.items} />}
      {gaps && gaps.epochs.length > 0 && <Processes epochs={gaps.epochs} />}
      {gaps && gaps.refused.length > 0 && <Refused refused={gaps.refused} />}
      {keys && keys.items.length > 0 && <GatewayKeys keys={keys.items} />}
    </>
  );
}

function Size({ log }: { readonly log: LogHealth }) {
  const now = useNow();
  const waiting = log.size - (log.checkpointSize ?? 0);
  return (
    <section className="card" aria-labelledby="size-title">
      <h2 id="size-title">Size and checkpoint</h2>
      <p className="figure">{plural(log.size, 'entry', 'entries')}</p>
      {log.checkpointSize === null ? (
        <p className="muted">{log.size === 0 ? 'Nothing was logged yet.' : 'No checkpoint was signed yet.'}</p>
      ) : (
        <p>
          Last checkpoint at {count(log.checkpointSize)}
          {typeof log.checkpointAt === 'string' && (
            <time dateTime={log.checkpointAt} title={dateTime(log.checkpointAt)}>
              , {ago(log.checkpointAt, now)}
            </time>
          )}{' '}
          <Badge tone={waiting > 0 ? 'plain' : 'good'}>{waiting > 0 ? `${count(waiting)} to be signed` : 'covers all'}</Badge>
        </p>
      )}
      {typeof log.root === 'string' && (
        <p className="digest">
          <code>{log.root}</code> <CopyButton text={log.root} what="root" />
        </p>
      )}
      <dl className="facts">
        <Key name="Key of the log" value={log.vkey} />
        <Key name="Key for gateways that do not sign" value={log.gatewayKey} />
      </dl>
    </section>
  );
}

function Key({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>
        <CopyButton text={value} what={name.toLowerCase()} />
      </dd>
    </div>
  );
}

function Witnesses({ log: { witnesses = [], signatures, checkpointSize } }: { readonly log: LogHealth }) {
  const now = useNow();
  return (
    <section className="card" aria-labelledby="witnesses-title">
      <h2 id="witnesses-title">Witnesses</h2>
      {witnesses.length === 0 ? (
        <p className="muted">
          Nobody cosigns this log. Without a witness a server could show two histories to two people who never compare: set{' '}
          <code>CLEW_WITNESSES</code>.
        </p>
      ) : (
        <ul className="plain-list">
          {witnesses.map(({ name, at, refused = null }) => (
            <li key={name}>
              <span className="mono">{name}</span>{' '}
              {refused !== null ? (
                <>
                  <Badge tone="bad">{refused === 'larger_log' ? 'saw a larger log than this' : 'saw another history'}</Badge>
                  <p className="hint">
                    The data folder was put back from a backup, or two servers hold this log. What was signed since cannot be proven to
                    whoever asks for this witness.
                  </p>
                </>
              ) : at !== null ? (
                <Badge tone="good" title={dateTime(at)}>
                  cosigned {ago(at, now)}
                </Badge>
              ) : (
                <Badge tone="warn">{checkpointSize === null ? 'nothing to sign yet' : 'has not cosigned the newest'}</Badge>
              )}
            </li>
          ))}
        </ul>
      )}
      {signatures.length > 0 && <p className="hint">{plural(signatures.length, 'signature')} on the newest checkpoint</p>}
    </section>
  );
}
