// Which requests a repair is about, and whether it may be: nothing ever spans two people, and no thread is left empty by a split.
import { ClewError, type Scope } from '../kernel/index.ts';
import { fromOn, refused, withTheirTurns } from './plan.ts';
import type { RepairStore } from './ports.ts';
import type { RepairRequest, Standing } from './types.ts';

/** Requests of one thread that a repair reads; longer ones are a machine's. */
const MOST_MEMBERS = 5_000;

/** What is to be moved, and where to. */
interface Chosen {
  readonly principal: string;
  readonly into: string | undefined;
  readonly requests: readonly Standing[];
}

/** Throws not_found, and repair_refused where it would mix people, leave nothing or change nothing. */
export function createChooser(store: RepairStore): (scope: Scope, request: RepairRequest) => Promise<Chosen> {
  async function ownThread(scope: Scope, id: string): Promise<string> {
    const owner = await store.ownerOf(scope, id);
    if (owner === undefined) throw new ClewError('not_found');
    if (owner.principal === null) {
      throw refused('the thread belongs to no known user, or to several: its requests cannot be told apart by person');
    }
    return owner.principal;
  }

  async function membersOf(scope: Scope, threadId: string): Promise<readonly Standing[]> {
    const members = await store.members(scope, threadId, MOST_MEMBERS + 1);
    if (members.length > MOST_MEMBERS) throw refused(`the thread has more than ${MOST_MEMBERS} requests`);
    return members;
  }

  async function choose(scope: Scope, request: RepairRequest): Promise<Chosen> {
    if (request.kind === 'merge') return chooseMerge(scope, request.threadId, request.into);
    if (request.kind === 'relink') return chooseRelink(scope, request.requestId, request.into);
    const principal = await ownThread(scope, request.threadId);
    const members = await membersOf(scope, request.threadId);
    const requests = 'fromRequestId' in request ? fromOn(members, request.fromRequestId) : withTheirTurns(members, request.requestIds);
    leaveSomething(members, requests);
    return { principal, into: undefined, requests };
  }

  async function chooseMerge(scope: Scope, threadId: string, into: string): Promise<Chosen> {
    const principal = await ownThread(scope, threadId);
    if (threadId === into) throw refused('a thread cannot be merged into itself');
    const other = await ownThread(scope, into);
    if (other !== principal) throw refused('the threads belong to different users; nothing ever spans two');
    return { principal, into, requests: await membersOf(scope, threadId) };
  }

  async function chooseRelink(scope: Scope, requestId: string, into: string): Promise<Chosen> {
    const threadId = await store.threadOfRequest(scope, requestId);
    if (threadId === undefined) throw new ClewError('not_found');
    const principal = await ownThread(scope, threadId);
    const members = await membersOf(scope, threadId);
    const requests = withTheirTurns(members, [requestId]);
    if (into === 'new') {
      leaveSomething(members, requests);
      return { principal, into: undefined, requests };
    }
    if (into === threadId) throw refused('the request stands in that thread already');
    if ((await ownThread(scope, into)) !== principal) throw refused('the thread belongs to another user; nothing ever spans two');
    return { principal, into, requests };
  }

  return choose;
}

function leaveSomething(members: readonly Standing[], requests: readonly Standing[]): void {
  const taken = new Set(requests.map(({ id }) => id));
  if (members.some(({ id, kind }) => kind === 'turn' && !taken.has(id))) return;
  throw refused('that is the whole thread: nothing would be left of it');
}
