import { useId, useState } from 'react';
import type { Feedback } from '../api/views.ts';
import { Badge } from '../ui/badge.tsx';
import { count, dateTime, score, timeOfDay } from '../ui/format.ts';
import { RedactedText } from '../ui/redacted-text.tsx';

interface FeedbackListProps {
  readonly title: string;
  readonly items: readonly Feedback[];
}

const SHOWN = 5;

/** What people, evaluators and applications said, newest first. */
export function FeedbackList({ title, items }: FeedbackListProps) {
  const [isWhole, setWhole] = useState(false);
  const id = useId();
  if (items.length === 0) return null;
  const shown = isWhole ? items : items.slice(0, SHOWN);
  return (
    <section className="feedback" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <ul>
        {shown.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
      {items.length > SHOWN && (
        <button type="button" className="button" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show all ${count(items.length)}`}
        </button>
      )}
    </section>
  );
}

function Item({ item }: { readonly item: Feedback }) {
  return (
    <li className="feedback-item">
      <span className="feedback-said">
        <Judgement item={item} />
      </span>
      <span className="feedback-source">
        {item.source},{' '}
        <time dateTime={item.at} title={dateTime(item.at)}>
          {timeOfDay(item.at)}
        </time>
      </span>
    </li>
  );
}

function Judgement({ item: { kind, value, name } }: { readonly item: Feedback }) {
  const named = name !== null && name !== '' ? ` ${name}` : '';
  switch (kind) {
    case 'thumbs':
      return <Badge tone={value === 'up' ? 'good' : 'bad'}>{`thumb ${String(value)}${named}`}</Badge>;
    case 'completion':
      return <Badge tone={value === true ? 'good' : 'bad'}>{`${value === true ? 'done' : 'not done'}${named}`}</Badge>;
    case 'score':
      return (
        <>
          {named === '' ? 'score' : named} <strong>{typeof value === 'number' ? score(value) : String(value)}</strong>
        </>
      );
    default:
      return (
        <q className="feedback-comment" dir="auto">
          <RedactedText text={String(value)} />
        </q>
      );
  }
}
