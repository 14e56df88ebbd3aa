import { lazy, Suspense, useMemo } from 'react';
import { useMay } from '../api/me.ts';
import type { ThreadDetail } from '../api/views.ts';
import { RepairDialog } from '../repair/repair-dialog.tsx';
import { RepairsOf } from '../repair/repairs-of.tsx';
import { useRepairing } from '../repair/use-repairing.ts';
import { threadAddress, type ThreadPlace } from '../route/url.ts';
import { orReload } from '../ui/reload-once.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { HowItWent } from './how/how-it-went.tsx';
import { Overview } from './overview.tsx';
import { Rail } from './rail.tsx';
import { useSession } from './same-session.tsx';
import { ThreadHead } from './thread-head.tsx';
import { TurnDetail } from './turn-detail.tsx';
import { turnsOf } from './turns.ts';
import { useTurnChoice } from './use-turn-choice.ts';

/** A picture library that few visits need. */
const ThreadGraph = lazy(async () => ({ default: await orReload(async () => (await import('./graph/thread-graph.tsx')).ThreadGraph) }));

interface ThreadProps {
  readonly thread: ThreadDetail;
  readonly place: ThreadPlace;
  readonly onBack: () => void;
  readonly onChanged: () => void;
}

/** All there is of a thread, with one of its turns opened. */
export function Thread({ thread, place, onBack, onChanged }: ThreadProps) {
  const { turns, before, total, isWhole } = useMemo(() => turnsOf(thread), [thread]);
  const { index, breakdown, linkTo, hrefOf, go, isRailOpen, setRailOpen } = useTurnChoice(thread, turns, place);
  const repairing = useRepairing(thread, onChanged);
  const mayRepair = useMay()('threads:write');
  const turn = turns[index];
  const isGraph = place.open === 'graph';
  const session = useSession(turn?.head.session, thread.user);
  useTitle(thread.title === '' ? 'Thread' : thread.title.slice(0, 80));
  return (
    <>
      <ThreadHead
        thread={thread}
        onBack={onBack}
        onRepair={mayRepair ? repairing.open : undefined}
        graph={{ isOpen: isGraph, toggle: threadAddress({ ...place, open: isGraph ? undefined : 'graph' }) }}
      />
      {mayRepair && <RepairsOf thread={thread.id} version={repairing.count} onUndone={repairing.undone} />}
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
          isOpen={repairing.isOpen}
          onClose={repairing.close}
          onDone={repairing.repaired}
        />
      )}
    </>
  );
}
