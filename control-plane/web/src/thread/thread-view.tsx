import { orReload } from '../ui/reload-once.ts';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { readPart, readThread } from '../api/client.ts';
import { useMay } from '../api/me.ts';
import type { Repair } from '../api/repairs.ts';
import { pause } from '../api/pause.ts';
import { useResource } from '../api/use-resource.ts';
import type { ThreadDetail } from '../api/views.ts';
import { RepairDialog } from '../repair/repair-dialog.tsx';
import { RepairsOf } from '../repair/repairs-of.tsx';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, searchAddress, threadAddress, type ThreadPlace } from '../route/url.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { HowItWent } from './how/how-it-went.tsx';
import { Overview } from './overview.tsx';
import { Rail } from './rail.tsx';
import { useSession } from './same-session.tsx';
import { ThreadHead } from './thread-head.tsx';
import { ThreadSkeleton } from './thread-skeleton.tsx';
import { TurnDetail } from './turn-detail.tsx';
import { indexOfRequest, turnsOf, type LinkTo } from './turns.ts';

/** A picture library that few visits need. */
const ThreadGraph = lazy(async () => ({ default: await orReload(async () => (await import('./graph/thread-graph.tsx')).ThreadGraph) }));

interface ThreadViewProps {
  readonly place: ThreadPlace;
}

const POLL_MS = 5000;
/** Large threads are read again less often: each answer holds all their texts. */
const SLOW_POLL_MS = 60_000;
const LARGE = 300;
/** The rest is asked for when the first part has been painted: to put thousands of requests into words keeps server and page busy. */
const FIRST_LOOK_MS = 150;
/** Requests of the part that comes first: what longer threads have beyond is not in sight yet. */
const FIRST_PART = 160;

export function ThreadView({ place }: ThreadViewProps) {
  const { thread: id, q } = place;
  const { data, problem, reload } = useResource<ThreadDetail>(
    `thread ${id}`,
    async (signal, { show, last }) => {
      if (last === undefined) {
        const part = await readPart(id, place.request, FIRST_PART, signal);
        if (part.part === undefined) return part;
        show(part);
        await pause(FIRST_LOOK_MS, signal);
      }
      return readThread(id, signal);
    },
    ({ requests }) => (requests.length > LARGE ? SLOW_POLL_MS : POLL_MS),
  );
  const mergedInto = problem?.mergedInto;
  useEffect(() => {
    if (mergedInto !== undefined) navigate(threadAddress({ ...place, thread: mergedInto }), 'replace');
  }, [mergedInto, place]);
  const back = (): void => goBack(q === undefined ? listAddress() : searchAddress(q));
  useKeys({ Escape: back });
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <ThreadSkeleton />;
  return (
    <>
      {problem && <ProblemNote problem={problem} slim />}
      <Thread thread={data} place={place} onBack={back} onChanged={reload} />
    </>
  );
}

interface ThreadProps {
  readonly thread: ThreadDetail;
  readonly place: ThreadPlace;
  readonly onBack: () => void;
  readonly onChanged: () => void;
}

function Thread({ thread, place, onBack, onChanged }: ThreadProps) {
  const { turns, before, total, isWhole } = useMemo(() => turnsOf(thread), [thread]);
  const [isRailOpen, setRailOpen] = useState(false);
  const [isRepairing, setRepairing] = useState(false);
  const [repairs, setRepairs] = useState(0);
  const mayRepair = useMay()('threads:write');
  const breakdown = indexOfRequest(turns, thread.breakdown?.requestId);
  const asked = indexOfRequest(turns, place.request);
  const index = asked !== -1 ? asked : breakdown !== -1 ? breakdown : 0;
  useTitle(thread.title === '' ? 'Thread' : thread.title.slice(0, 80));

  const linkTo: LinkTo = useCallback((request) => threadAddress({ ...place, request }), [place]);
  const hrefOf = (at: number): string => linkTo(turns[at]?.head.id);
  const go = (at: number): void => {
    if (turns[at] === undefined) return;
    setRailOpen(false);
    navigate(hrefOf(at), 'replace');
  };
  const repaired = (done: Repair): void => {
    setRepairs((count) => count + 1);
    if (done.kind === 'merge') navigate(threadAddress({ thread: done.into }), 'replace');
    else onChanged();
  };
  const undone = (taken: Repair): void => {
    const [origin] = taken.from;
    // A thread that a split had made is gone again.
    if (taken.into === thread.id && taken.kind !== 'merge' && taken.moved >= thread.calls && origin !== undefined)
      navigate(threadAddress({ thread: origin }), 'replace');
    else onChanged();
  };
  useKeys({ j: () => go(index + 1), k: () => go(index - 1), b: breakdown === -1 ? undefined : () => go(breakdown) });

  const turn = turns[index];
  const isGraph = place.open === 'graph';
  const session = useSession(turn?.head.session, thread.user);
  return (
    <>
      <ThreadHead
        thread={thread}
        onBack={onBack}
        onRepair={mayRepair ? () => setRepairing(true) : undefined}
        graph={{ isOpen: isGraph, toggle: threadAddress({ ...place, open: isGraph ? undefined : 'graph' }) }}
      />
      {mayRepair && <RepairsOf thread={thread.id} version={repairs} onUndone={undone} />}
      <div className="thread-band">
        {isWhole ? (
          <Overview turns={turns} selected={index} breakdown={breakdown} onChoose={go} />
        ) : (
          <div className="overview bone bone-overview" />
        )}
        {thread.turns > 0 && (
          <HowItWent
            thread={thread}
            isOpen={place.open === 'facts'}
            toggle={threadAddress({ ...place, open: place.open === 'facts' ? undefined : 'facts' })}
            linkTo={linkTo}
          />
        )}
      </div>
      {isGraph && isWhole && (
        <Suspense fallback={<Skeleton rows={4} label="Loading the graph" />}>
          <ThreadGraph thread={thread} selected={turn?.head.id} linkTo={linkTo} />
        </Suspense>
      )}
      <div className="thread-columns">
        <Rail
          turns={turns}
          before={before}
          total={total}
          selected={index}
          breakdown={breakdown}
          isOpen={isRailOpen}
          hrefOf={hrefOf}
          onChoose={() => setRailOpen(false)}
        />
        {turn === undefined ? (
          <p className="nothing">This thread holds no request that you may see.</p>
        ) : (
          <TurnDetail
            key={turn.head.id}
            turns={turns}
            index={index}
            total={total}
            isWhole={isWhole}
            openRequest={place.request}
            breakdown={index === breakdown ? thread.breakdown : undefined}
            session={session}
            declaredSession={thread.declaredSession}
            linkTo={linkTo}
            isRailOpen={isRailOpen}
            onToggleRail={() => setRailOpen((isOpen) => !isOpen)}
          />
        )}
      </div>
      {mayRepair && isWhole && (
        <RepairDialog
          key={`${thread.id} ${index}`}
          thread={thread}
          turns={turns}
          index={index}
          isOpen={isRepairing}
          onClose={() => setRepairing(false)}
          onDone={repaired}
        />
      )}
    </>
  );
}
