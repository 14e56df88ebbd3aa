import { useState, type KeyboardEvent } from 'react';
import { Link } from '../route/link.tsx';
import { listAddress } from '../route/url.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { snippets } from './snippets.ts';

/** Shown until the first thread arrives; the list takes its place by itself. */
export function EmptyState() {
  const all = snippets(location);
  const [index, setIndex] = useState(0);
  const shown = all[index];
  if (shown === undefined) return null;
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = (index + step + all.length) % all.length;
    setIndex(next);
    document.getElementById(`tab-${all[next]?.id ?? ''}`)?.focus();
  };
  return (
    <section className="empty" aria-labelledby="empty-title">
      <h1 id="empty-title" className="empty-title">
        No requests yet
      </h1>
      <p className="empty-text">Send one through the gateway. Its thread appears here within seconds.</p>
      <div className="tabs" role="tablist" aria-label="Ways to send a request" onKeyDown={onKey}>
        {all.map(({ id, name }, position) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            className="tab"
            aria-selected={position === index}
            aria-controls="snippet"
            tabIndex={position === index ? 0 : -1}
            onClick={() => setIndex(position)}
          >
            {name}
          </button>
        ))}
      </div>
      <div id="snippet" className="snippet" role="tabpanel" aria-labelledby={`tab-${shown.id}`}>
        <pre tabIndex={0} aria-label={`${shown.name} example`}>
          <code>{shown.text}</code>
        </pre>
        <CopyButton text={shown.text} what={`the ${shown.name} example`} />
        <p className="snippet-how">{shown.how}</p>
      </div>
      <p className="waiting" role="status">
        <span className="pulse" aria-hidden="true" />
        Waiting for the first request
      </p>
      <p className="hint">
        Nothing to send? <code>npm run demo</code> plays sample conversations through the gateway. Only embeddings or other background calls
        so far? <Link href={listAddress({ calls: 'all' })}>Show all calls</Link>.
      </p>
    </section>
  );
}
