import { listThreads } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page, RequestView, ThreadDetail, ThreadSummary } from '../api/views.ts';
import { ago, percent, plural } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';

interface TargetChoiceProps {
  readonly thread: ThreadDetail;
  /** The request in question: what the linker thought of for it stands first. */
  readonly request: RequestView | undefined;
  readonly value: string;
  readonly onChoose: (thread: string) => void;
}

const SHOWN = 8;

/** Another thread of the same user: those that came into question first, then the latest; or any by its id. */
export function TargetChoice({ thread, request, value, onChoose }: TargetChoiceProps) {
  const { data } = useResource<Page<ThreadSummary>>(`threads of ${thread.user ?? ''}`, (signal) =>
    thread.user === null
      ? Promise.resolve({ items: [], next: null })
      : listThreads({ user: thread.user, minTurns: '1', limit: '30' }, signal),
  );
  const now = useNow();
  const chances = new Map(request?.alternatives.map(({ threadId, probability }) => [threadId, probability]));
  const others = (data?.items ?? [])
    .filter(({ id }) => id !== thread.id)
    .toSorted((a, b) => (chances.get(b.id) ?? 0) - (chances.get(a.id) ?? 0))
    .slice(0, SHOWN);
  return (
    <fieldset className="targets">
      <legend className="field-label">Where does it belong?</legend>
      {others.map((other) => (
        <label key={other.id} className="kind">
          <input type="radio" name="target" value={other.id} checked={value === other.id} onChange={() => onChoose(other.id)} />
          <span className="target">
            <span className="clip" dir="auto">
              {other.title === '' ? 'No text kept' : other.title}
            </span>
            <span className="muted">
              {plural(other.turns, 'turn')}, {ago(other.lastAt, now)}
              {chances.has(other.id) && `, came into question with ${percent(chances.get(other.id) ?? 0)}`}
            </span>
          </span>
        </label>
      ))}
      {data !== undefined && others.length === 0 && <p className="hint">This user has no other thread.</p>}
      <label className="target-id">
        <span className="muted">or by its id</span>
        <input
          className="field mono"
          value={value}
          spellCheck={false}
          autoComplete="off"
          maxLength={128}
          onChange={(event) => onChoose(event.target.value)}
        />
      </label>
    </fieldset>
  );
}
