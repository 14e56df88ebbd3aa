import { useState } from 'react';
import { useMay } from '../api/me.ts';
import { liftHold, listHolds, placeHold, type Hold, type HoldKind } from '../api/privacy.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { listAddress, threadAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { ago, dateTime, shortId } from '../ui/format.ts';
import { IdField } from '../ui/labelled.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { isReason, ReasonField } from '../ui/reason-field.tsx';
import { useDoing } from '../ui/use-doing.ts';
import { useNow } from '../ui/use-now.ts';

const KINDS: readonly (readonly [HoldKind, string])[] = [
  ['user', 'Everything of one user'],
  ['thread', 'One thread'],
  ['scope', 'Everything of this tenant and environment'],
];

/** Legal holds: what is neither purged nor erased, placed and lifted here by who may. */
export function Holds({ onChanged }: { readonly onChanged: () => void }) {
  const may = useMay();
  const { data, problem, reload } = useResource('holds', listHolds);
  const [isPlacing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<Hold>();
  const changed = (): void => {
    reload();
    onChanged();
  };
  const canChange = may('holds:write');
  return (
    <section aria-labelledby="holds-title">
      <h2 id="holds-title" className="findings-title">
        Legal holds
      </h2>
      <p className="hint">What a hold names is neither purged nor erased until it is lifted; an erasure is refused with its id.</p>
      {problem && <ProblemNote problem={problem} slim />}
      {data !== undefined && data.items.length === 0 && <p className="muted">None.</p>}
      {data !== undefined && data.items.length > 0 && (
        <ul className="holds" aria-label="Legal holds">
          {data.items.map((hold) => (
            <HoldItem key={hold.id} hold={hold} {...(canChange ? { onLift: () => setLifting(hold) } : {})} />
          ))}
        </ul>
      )}
      {canChange && (
        <p className="actions">
          <button type="button" className="button" onClick={() => setPlacing(true)}>
            Place a hold …
          </button>
        </p>
      )}
      <PlaceDialog isOpen={isPlacing} onClose={() => setPlacing(false)} onDone={changed} />
      <LiftDialog hold={lifting} onClose={() => setLifting(undefined)} onDone={changed} />
    </section>
  );
}

function HoldItem({ hold, onLift }: { readonly hold: Hold; readonly onLift?: () => void }) {
  const now = useNow();
  const { kind, subject, liftedAt } = hold;
  return (
    <li className={liftedAt === null ? 'hold' : 'hold hold-lifted'}>
      <Badge tone={liftedAt === null ? 'warn' : 'plain'}>{liftedAt === null ? 'in force' : 'lifted'}</Badge>
      <span className="hold-of">
        {kind === 'scope' || subject === null ? (
          'everything here'
        ) : (
          <>
            {kind}{' '}
            <Link href={kind === 'user' ? listAddress({ user: subject }) : threadAddress({ thread: subject })}>{shortId(subject, 20)}</Link>
          </>
        )}
      </span>
      <span className="hold-why">{hold.reason}</span>
      <span className="muted">
        <time dateTime={hold.placedAt} title={dateTime(hold.placedAt)}>
          {ago(hold.placedAt, now)}
        </time>{' '}
        by {shortId(hold.placedBy, 20)}
        {liftedAt !== null && `; lifted ${ago(liftedAt, now)}: ${hold.liftReason ?? ''}`}
      </span>
      {liftedAt === null && onLift && (
        <button type="button" className="button" onClick={onLift} aria-label={`Lift hold ${hold.id}`}>
          Lift …
        </button>
      )}
    </li>
  );
}

interface DialogProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function PlaceDialog({ isOpen, onClose, onDone }: DialogProps & { readonly isOpen: boolean }) {
  const [kind, setKind] = useState<HoldKind>('user');
  const [id, setId] = useState('');
  const [reason, setReason] = useState('');
  const { problem, clear, run } = useDoing();
  const close = (): void => {
    clear();
    onClose();
  };
  const submit = (): Promise<boolean> =>
    run(async () => {
      await placeHold(kind, id.trim(), reason.trim());
      setId('');
      setReason('');
      onDone();
    });
  return (
    <Confirm
      isOpen={isOpen}
      title="Place a legal hold"
      action="Place it"
      isReady={isReason(reason) && (kind === 'scope' || id.trim() !== '')}
      onClose={close}
      onConfirm={submit}
    >
      <fieldset className="kinds">
        <legend className="field-label">What is held?</legend>
        {KINDS.map(([value, text]) => (
          <label key={value} className="kind">
            <input type="radio" name="hold" value={value} checked={kind === value} onChange={() => setKind(value)} />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
      {kind !== 'scope' && (
        <IdField
          label={kind === 'user' ? 'Pseudonym, or the user as the gateways see them' : 'Id of the thread'}
          value={id}
          onChange={setId}
        />
      )}
      <ReasonField value={reason} onChange={setReason} placeholder="As “case 4711, counsel asked”. Stays in the audit log, redacted" />
      {problem && <ProblemNote problem={problem} slim />}
    </Confirm>
  );
}

function LiftDialog({ hold, onClose, onDone }: DialogProps & { readonly hold: Hold | undefined }) {
  const [reason, setReason] = useState('');
  const { problem, clear, run } = useDoing();
  const close = (): void => {
    clear();
    onClose();
  };
  const submit = (): Promise<boolean> =>
    run(async () => {
      if (hold === undefined) return;
      await liftHold(hold.id, reason.trim());
      setReason('');
      onDone();
    });
  return (
    <Confirm
      isOpen={hold !== undefined}
      title="Lift this hold?"
      action="Lift it"
      isReady={isReason(reason)}
      onClose={close}
      onConfirm={submit}
    >
      <p className="consequence">
        What it alone held goes with the next purge where it is due, and may be erased. That cannot be taken back.
      </p>
      <ReasonField value={reason} onChange={setReason} placeholder="As “case 4711 is closed”. Stays in the audit log, redacted" />
      {problem && <ProblemNote problem={problem} slim />}
    </Confirm>
  );
}
