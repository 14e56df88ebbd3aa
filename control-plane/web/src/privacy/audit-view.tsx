import { useState } from 'react';
import { useMay } from '../api/me.ts';
import { exportThread, listAudit, readAuditState, type AuditEntry, type AuditState } from '../api/privacy.ts';
import { useResource } from '../api/use-resource.ts';
import { goBack, navigate } from '../route/navigate.ts';
import { auditAddress, listAddress, sinceTime, type AuditFilters } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { ago, count, dateTime, plural, shortId, words } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { IdField } from '../ui/labelled.tsx';
import { figures, Listing } from '../ui/listing.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { saveJson } from '../ui/save-json.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useDoing } from '../ui/use-doing.ts';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { RevealDialog } from './reveal-dialog.tsx';

const KINDS = [
  ...[
    'login',
    'login_refused',
    'token_created',
    'token_revoked',
    'gateway_key_added',
    'gateway_key_revoked',
    'policy_changed',
    'reveal',
    'reveal_refused',
  ],
  ...['vault_rewrapped', 'erasure', 'erasure_refused', 'erasure_replayed', 'hold_placed', 'hold_lifted', 'purge', 'export', 'repair'],
  ...['calibration', 'reembedding'],
].map((kind) => [kind, words(kind)] as const);
const POLL_MS = 15_000;
const PAGE = 100;
/** Acts that somebody should look at. */
const NOTABLE: readonly string[] = ['reveal', 'reveal_refused', 'erasure_refused', 'erasure_replayed'];

/** Who did what to data and settings, and whether the log is what was written. */
export function AuditView({ filters }: { readonly filters: AuditFilters }) {
  const { kind, actor, since } = filters;
  const [older, setOlder] = useState<{ readonly of: string; readonly items: readonly AuditEntry[]; readonly next: string | null }>();
  const key = `audit ${kind ?? ''} ${actor ?? ''} ${since ?? ''}`;
  const query = () => ({ kind, actor, from: sinceTime(since, Date.now()), limit: String(PAGE) });
  const { data, problem, reload } = useResource(key, (signal) => listAudit(query(), signal), POLL_MS);
  const more = useDoing();
  useTitle('Audit log');
  useKeys({ Escape: () => goBack(listAddress()) });
  const change = (changed: AuditFilters): void => navigate(auditAddress({ ...filters, ...changed }));
  if (data === undefined)
    return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={8} label="Loading the audit log" />;
  const loaded = older?.of === key ? older : undefined;
  const known = new Set(data.items.map(({ id }) => id));
  const items = [...data.items, ...(loaded?.items ?? []).filter(({ id }) => !known.has(id))];
  const next = loaded === undefined ? data.next : loaded.next;
  const loadMore = (): Promise<boolean> =>
    more.run(async () => {
      if (next === null) return;
      const page = await listAudit({ ...query(), cursor: next });
      setOlder({ of: key, items: [...(loaded?.items ?? []), ...page.items], next: page.next });
    });
  return (
    <div className="privacy">
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Audit log</h1>
        <Choice label="Since" all="any time" value={since} options={SINCE_OPTIONS} onChoose={(value) => change({ since: value })} />
        <Choice label="Act" all="any act" value={kind} options={KINDS} onChoose={(value) => change({ kind: value })} />
        <ActorFilter key={actor ?? ''} value={actor} onChoose={(value) => change({ actor: value })} />
        <ExportThread />
        <Reveal />
      </section>
      <ChainState />
      {problem && <ProblemNote problem={problem} slim />}
      {more.problem && <ProblemNote problem={more.problem} slim />}
      {items.length === 0 ? <p className="nothing">No act matches.</p> : <Entries items={items} />}
      {next !== null && (
        <button type="button" className="button older" onClick={() => void loadMore()}>
          Show older acts
        </button>
      )}
    </div>
  );
}

function ActorFilter({ value = '', onChoose }: { readonly value?: string | undefined; readonly onChoose: (value: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <form
      className="actor-filter"
      onSubmit={(event) => {
        event.preventDefault();
        onChoose(text.trim());
      }}
    >
      <input
        className="field"
        aria-label="Actor"
        placeholder="actor"
        value={text}
        maxLength={160}
        onChange={(event) => setText(event.target.value)}
        spellCheck={false}
      />
    </form>
  );
}

function ChainState() {
  const { data, problem } = useResource<AuditState>('audit state', readAuditState, POLL_MS);
  if (data === undefined) return problem ? <ProblemNote problem={problem} slim /> : <p className="lead muted">Following the chain …</p>;
  return (
    <div className="lead" role={data.ok ? undefined : 'alert'}>
      <Badge tone={data.ok ? 'good' : 'bad'}>{data.ok ? 'chain holds' : 'chain is broken'}</Badge>{' '}
      {plural(data.entries, 'entry', 'entries')} followed from the first one
      {data.unsigned > 0 && `, the newest ${count(data.unsigned)} not signed yet`}.{' '}
      <span className="muted">This is the server’s own word;</span> <code>clew audit verify</code>{' '}
      <span className="muted">takes nobody’s.</span>
      {data.faults.map((fault) => (
        <p key={fault} className="fault">
          {fault}
        </p>
      ))}
    </div>
  );
}

function Entries({ items }: { readonly items: readonly AuditEntry[] }) {
  const now = useNow();
  return (
    <Listing label="Acts" className="audit-table" columns={['Act', 'By', 'Details', figures('Time')]}>
      {items.map(({ id, at, kind, actor, details, hash }) => (
        <li key={id} className="row" title={`Entry ${id}, SHA-256 ${hash}`}>
          <div>
            <Badge tone={NOTABLE.includes(kind) ? 'warn' : 'plain'}>{words(kind)}</Badge>
          </div>
          <div className="cell-actor" title={actor}>
            {shortId(actor, 22)}
          </div>
          <div className="cell-details">
            {Object.entries(details)
              .filter(([, value]) => value !== null && value !== 0)
              .map(([name, value]) => (
                <span key={name}>
                  <span className="muted">{words(name)}</span> {shown(value)}
                </span>
              ))}
          </div>
          <div className="cell-time number">
            <time dateTime={at} title={dateTime(at)}>
              {ago(at, now)}
            </time>
          </div>
        </li>
      ))}
    </Listing>
  );
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(', ');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[0-9a-f]{64}$/.test(text) ? shortId(text, 12) : text;
}

/** For who may reveal and sees no threads: by the id of a request. */
function Reveal() {
  const [isOpen, setOpen] = useState(false);
  if (!useMay()('reveal:write')) return null;
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Reveal …
      </button>
      <RevealDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}

/** One thread for an auditor, as a signed file. */
function ExportThread() {
  const [isOpen, setOpen] = useState(false);
  const [thread, setThread] = useState('');
  const { problem, clear, run } = useDoing();
  const close = (): void => {
    clear();
    setOpen(false);
  };
  const submit = (): Promise<boolean> =>
    run(async () => {
      const id = thread.trim();
      saveJson(`thread-${id}.json`, await exportThread(id));
      setThread('');
    });
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Export a thread …
      </button>
      <Confirm
        isOpen={isOpen}
        title="Export a thread for an auditor"
        action="Export"
        isReady={thread.trim() !== ''}
        onClose={close}
        onConfirm={submit}
      >
        <IdField label="Id of the thread" value={thread} onChange={setThread} />
        <p className="hint">
          A signed file (DSSE): the course of the thread without its words, the proofs of its runs, and what was done to it. The export
          stands in the log. docs/PRIVACY.md says how openssl checks the signature.
        </p>
        {problem && <ProblemNote problem={problem} slim />}
      </Confirm>
    </>
  );
}
