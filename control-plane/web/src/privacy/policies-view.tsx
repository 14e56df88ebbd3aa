import { use, useState } from 'react';
import { MeContext, useMay } from '../api/me.ts';
import { listPolicies, readPolicy, type PolicyText, type PolicyVersion } from '../api/privacy.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, policiesAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { ago, dateTime, shortId } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { PolicyWork } from './policy-work.tsx';

const POLL_MS = 30_000;

/** The policy in force, those before it, what each differs in, and the way from a change to its taking. */
export function PoliciesView({ version }: { readonly version: string | undefined }) {
  const { data, problem, reload } = useResource('policies', listPolicies, POLL_MS);
  useTitle('Policies');
  useKeys({ Escape: () => goBack(version === undefined ? listAddress() : policiesAddress()) });
  if (data === undefined)
    return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Loading policies" />;
  const newest = data.items[0];
  const shown = version ?? newest?.id;
  return (
    <div className="privacy">
      <section className="filters" aria-label="About">
        <h1 className="page-title">Policies</h1>
      </section>
      {problem && <ProblemNote problem={problem} slim />}
      <div className="policy-columns">
        <div>{shown !== undefined && newest !== undefined && <Shown key={shown} id={shown} newest={newest} onTaken={reload} />}</div>
        <Versions items={data.items} shown={shown} />
      </div>
    </div>
  );
}

function Shown({ id, newest, onTaken }: { readonly id: string; readonly newest: PolicyVersion; readonly onTaken: () => void }) {
  const { data, problem, reload } = useResource<PolicyText>(`policy ${id}`, (signal) => readPolicy(id, signal));
  const me = use(MeContext);
  const may = useMay();
  const [draft, setDraft] = useState<string>();
  if (data === undefined)
    return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={8} label="Loading the policy" />;
  const isInForce = data.version === newest.version;
  const text = draft ?? data.text;
  return (
    <section aria-labelledby="policy-title">
      <h2 id="policy-title" className="policy-title">
        Version {data.version} {isInForce ? <Badge tone="good">in force</Badge> : <Badge>earlier</Badge>}
        {draft !== undefined && draft !== data.text && <Badge tone="warn">changed here, not taken</Badge>}
      </h2>
      <p className="hint">
        {dateTime(data.at)}, by {shortId(data.actor, 20)}: {data.reason}
      </p>
      <textarea
        className="field policy-text"
        aria-label="Policy as YAML"
        value={text}
        onChange={(event) => setDraft(event.target.value)}
        spellCheck={false}
        rows={Math.min(28, Math.max(12, text.split('\n').length + 1))}
      />
      <PolicyWork
        key={`${text === data.text ? 'kept' : 'changed'} ${newest.digest}`}
        text={text}
        version={data}
        isChanged={text !== data.text}
        isInForce={isInForce}
        maySimulate={may('reports:read')}
        mayTake={may('policies:write') && me?.operator === true}
        onTaken={() => {
          setDraft(undefined);
          onTaken();
          navigate(policiesAddress());
        }}
      />
    </section>
  );
}

function Versions({ items, shown }: { readonly items: readonly PolicyVersion[]; readonly shown: string | undefined }) {
  const now = useNow();
  return (
    <nav className="policy-versions" aria-label="Versions">
      <h2 className="findings-title">Versions</h2>
      <ol>
        {items.map(({ id, version, at, actor, reason }, index) => (
          <li key={id}>
            <Link
              className="policy-version"
              href={index === 0 ? policiesAddress() : policiesAddress(id)}
              aria-current={id === shown ? 'page' : undefined}
            >
              <span>
                <strong>{version}</strong> {index === 0 && <Badge tone="good">in force</Badge>}
              </span>
              <span className="muted">
                <time dateTime={at} title={dateTime(at)}>
                  {ago(at, now)}
                </time>
                , {shortId(actor, 16)}
              </span>
              <span className="clip">{reason}</span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
