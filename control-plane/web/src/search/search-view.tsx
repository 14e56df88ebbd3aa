import { useState } from 'react';
import { search } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { SearchHit } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { listAddress, searchAddress, threadAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { ago, dateTime, plural, shortId, words } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { Meter } from '../ui/meter.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { groupsOf, WHY } from './groups.ts';
import { Highlighted } from './highlighted.tsx';

interface SearchViewProps {
  readonly q: string;
  readonly weak: boolean;
}

export function SearchView({ q, weak }: SearchViewProps) {
  const { data: fresh, problem, reload } = useResource(`search ${weak ? 'weak ' : ''}${q}`, (signal) => search(q, weak, signal));
  // While a new answer is awaited the last one stays, so that typing does not make the page flicker.
  const [last, setLast] = useState(fresh);
  if (fresh !== undefined && fresh !== last) setLast(fresh);
  const data = fresh ?? last;
  useTitle(`Search: ${q}`);
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(listAddress()) });
  if (problem && fresh === undefined) return <ProblemNote problem={problem} retry={reload} />;
  if (data === undefined) return <Skeleton rows={6} label="Searching" />;
  const best = Math.max(...data.items.map((hit) => hit.score), Number.MIN_VALUE);
  return (
    <section aria-labelledby="hits-title" className={fresh === undefined ? 'hits-old' : undefined} aria-busy={fresh === undefined}>
      <h1 id="hits-title" className="page-title hits-title" aria-live="polite">
        {data.items.length === 0 ? 'Nothing found' : plural(data.items.length, 'hit')}
      </h1>
      {data.items.length === 0 && (
        <p className="nothing">
          Try other words, a run, trace or request id, or a filter such as <code>model:</code> or <code>user:</code>. The whole list is{' '}
          <Link href={listAddress()}>here</Link>.
        </p>
      )}
      {groupsOf(data.items).map(({ name, hint, hits }) => (
        <section key={name} className="hit-group" aria-label={name}>
          <h2 className="hit-group-title">
            {name} <span className="hint">{hint}</span>
          </h2>
          <ol className="hits">
            {hits.map((hit) => (
              <Hit key={hit.id} hit={hit} strength={hit.score / best} q={q} />
            ))}
          </ol>
        </section>
      ))}
      {data.weaker > 0 && (
        <Link className="button weaker" href={searchAddress(q, true)} replace>
          Show {plural(data.weaker, 'weaker hit')}
        </Link>
      )}
    </section>
  );
}

function Hit({ hit, strength, q }: { readonly hit: SearchHit; readonly strength: number; readonly q: string }) {
  const now = useNow();
  return (
    <li className="hit">
      <div className="hit-score" title={`Score ${hit.score.toPrecision(3)}, ${Math.round(strength * 100)}% of the best`}>
        <span>{Math.round(strength * 100)}</span>
        <Meter share={strength} />
      </div>
      <div className="hit-body">
        <Link data-row className="row-link hit-link" href={threadAddress({ thread: hit.thread, request: hit.id, q })} dir="auto">
          {hit.snippet === '' ? <i>No text kept</i> : <Highlighted snippet={hit.snippet} />}
        </Link>
        {hit.answer !== null && hit.answer !== '' && (
          <p className="hit-answer" dir="auto">
            {hit.answer}
          </p>
        )}
        <div className="row-tags">
          {hit.why.map((why) => (
            <Badge key={why} tone="accent" title={WHY[why].title}>
              {WHY[why].text}
              {why === 'meaning' && hit.similarity !== null ? ` ${hit.similarity.toFixed(2)}` : ''}
            </Badge>
          ))}
          <span>{words(hit.position)}</span>
          <span>{words(hit.intent)}</span>
          {hit.model !== null && <span>{hit.model}</span>}
          {hit.user !== null && (
            <span className="mono" title={hit.user}>
              {shortId(hit.user)}
            </span>
          )}
          <time dateTime={hit.at} title={dateTime(hit.at)}>
            {ago(hit.at, now)}
          </time>
        </div>
      </div>
    </li>
  );
}
