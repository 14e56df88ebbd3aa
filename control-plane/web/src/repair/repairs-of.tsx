import { useState } from 'react';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';
import { listRepairs, undo, type Repair } from '../api/repairs.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { threadAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { ago, dateTime, plural, shortId } from '../ui/format.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useNow } from '../ui/use-now.ts';

interface RepairsOfProps {
  readonly thread: string;
  /** Changes with each repair made here. */
  readonly version: number;
  readonly onUndone: (undone: Repair) => void;
}

const POLL_MS = 30_000;

/** What people put right in this thread, and how to take it back. */
export function RepairsOf({ thread, version, onUndone }: RepairsOfProps) {
  const { data, reload } = useResource<Page<Repair>>(`repairs ${thread} ${version}`, (signal) => listRepairs(thread, signal), POLL_MS);
  const [asked, setAsked] = useState<Repair>();
  const [problem, setProblem] = useState<Problem>();
  const now = useNow();
  const takeBack = async (): Promise<true> => {
    if (asked === undefined) return true;
    setProblem(undefined);
    try {
      const undone = await undo(asked.id);
      reload();
      onUndone(undone);
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : UNREACHED);
    }
    return true;
  };
  if (data === undefined || data.items.length === 0) return null;
  return (
    <section className="repairs" aria-label="Repairs">
      {problem && <ProblemNote problem={problem} slim />}
      <ul>
        {data.items.map((one) => (
          <li key={one.id} className={one.state === 'undone' ? 'repair repair-undone' : 'repair'}>
            <span>
              <What repair={one} thread={thread} />
              {one.reason !== null && (
                <>
                  : <q dir="auto">{one.reason}</q>
                </>
              )}
            </span>
            <span className="muted">
              {shortId(one.by, 20)},{' '}
              <time dateTime={one.at} title={dateTime(one.at)}>
                {ago(one.at, now)}
              </time>
            </span>
            {one.contradictions.length > 0 && (
              <Badge tone="warn" title="Certain evidence since then says otherwise; the person's word stands">
                {plural(one.contradictions.length, 'request')} say otherwise
              </Badge>
            )}
            {one.state === 'undone' ? (
              <Badge>undone</Badge>
            ) : (
              <button type="button" className="copy" onClick={() => setAsked(one)}>
                Undo
              </button>
            )}
          </li>
        ))}
      </ul>
      <Confirm
        isOpen={asked !== undefined}
        title="Undo this repair?"
        action="Undo it"
        onClose={() => setAsked(undefined)}
        onConfirm={takeBack}
      >
        <p>{asked && `${plural(asked.moved, 'request')} go back to where they were.`}</p>
      </Confirm>
    </section>
  );
}

const KINDS: Readonly<Record<Repair['kind'], string>> = { merge: 'merged', split: 'split off', relink: 'moved' };

/** Told from where the reader stands: what came here, or what went away. */
function What({ repair: { kind, moved, from, into }, thread }: { readonly repair: Repair; readonly thread: string }) {
  const came = into === thread;
  const others = came ? from.filter((id) => id !== thread) : [into];
  return (
    <>
      {plural(moved, 'request')} {KINDS[kind]} {came ? 'into this thread from' : 'away to'}{' '}
      {others.map((id) => (
        <Link key={id} className="mono" href={threadAddress({ thread: id })} title={id}>
          {shortId(id, 16)}
        </Link>
      ))}
    </>
  );
}
