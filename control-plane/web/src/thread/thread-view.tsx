import { useMemo, useState } from 'react';
import { readThread } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { ThreadDetail } from '../api/views.ts';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, searchAddress, threadAddress, type ThreadPlace } from '../route/url.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useTitle } from '../ui/use-title.ts';
import { Overview } from './overview.tsx';
import { Rail } from './rail.tsx';
import { ThreadHead } from './thread-head.tsx';
import { ThreadSkeleton } from './thread-skeleton.tsx';
import { TurnDetail } from './turn-detail.tsx';
import { indexOfRequest, turnsOf, type LinkTo } from './turns.ts';

interface ThreadViewProps {
  readonly place: ThreadPlace;
}

const POLL_MS = 5000;
/** Large threads are read again less often: each answer holds all their texts. */
const SLOW_POLL_MS = 60_000;
const LARGE = 300;

export function ThreadView({ place }: ThreadViewProps) {
  const { thread: id, q } = place;
  const [size, setSize] = useState(0);
  const { data, problem, reload } = useResource<ThreadDetail>(
    `thread ${id}`,
    async (signal) => {
      const thread = await readThread(id, signal);
      setSize(thread.requests.length);
      return thread;
    },
    size > LARGE ? SLOW_POLL_MS : POLL_MS,
  );
  const back = (): void => goBack(q === undefined ? listAddress() : searchAddress(q));
  useKeys({ Escape: back });
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <ThreadSkeleton />;
  return (
    <>
      {problem && <ProblemNote problem={problem} slim />}
      <Thread thread={data} place={place} onBack={back} />
    </>
  );
}

interface ThreadProps {
  readonly thread: ThreadDetail;
  readonly place: ThreadPlace;
  readonly onBack: () => void;
}

function Thread({ thread, place, onBack }: ThreadProps) {
  const turns = useMemo(() => turnsOf(thread), [thread]);
  const [isRailOpen, setRailOpen] = useState(false);
  const breakdown = indexOfRequest(turns, thread.breakdown?.requestId);
  const asked = indexOfRequest(turns, place.request);
  const index = asked !== -1 ? asked : breakdown !== -1 ? breakdown : 0;
  useTitle(thread.title === '' ? 'Thread' : thread.title.slice(0, 80));

  const linkTo: LinkTo = (request) => threadAddress({ ...place, request });
  const hrefOf = (at: number): string => linkTo(turns[at]?.head.id);
  const go = (at: number): void => {
    if (turns[at] === undefined) return;
    setRailOpen(false);
    navigate(hrefOf(at), 'replace');
  };
  useKeys({ j: () => go(index + 1), k: () => go(index - 1), b: breakdown === -1 ? undefined : () => go(breakdown) });

  const turn = turns[index];
  return (
    <>
      <ThreadHead thread={thread} onBack={onBack} />
      <Overview turns={turns} selected={index} breakdown={breakdown} onChoose={go} />
      <div className="thread-columns">
        <Rail
          turns={turns}
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
            openRequest={place.request}
            breakdown={index === breakdown ? thread.breakdown : undefined}
            linkTo={linkTo}
            isRailOpen={isRailOpen}
            onToggleRail={() => setRailOpen((isOpen) => !isOpen)}
          />
        )}
      </div>
    </>
  );
}
