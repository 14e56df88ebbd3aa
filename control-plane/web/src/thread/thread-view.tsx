import { useEffect } from 'react';
import { readPart, readThread } from '../api/client.ts';
import { pause } from '../api/pause.ts';
import { useResource } from '../api/use-resource.ts';
import type { ThreadDetail } from '../api/views.ts';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, searchAddress, threadAddress, type ThreadPlace } from '../route/url.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Thread } from './thread.tsx';
import { ThreadSkeleton } from './thread-skeleton.tsx';

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
