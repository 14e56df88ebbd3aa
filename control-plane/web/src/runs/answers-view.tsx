import type { Answered } from '../api/runs.ts';
import { Link } from '../route/link.tsx';
import { goBack, navigate } from '../route/navigate.ts';
import { answersAddress, runAddress, runsAddress, sinceTime, threadAddress, type AnswersPlace } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { ago, dateTime, shortId } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { Older } from '../ui/older.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { readable } from './differences.tsx';
import { QUESTIONS } from './question-list.ts';
import { useAnswers } from './use-answers.ts';

/** An auditor looks at a week as a rule. */
const DEFAULT_SINCE = '7d';
const SINCE = SINCE_OPTIONS.filter(([value]) => value !== DEFAULT_SINCE);
const ANSWERS: readonly (readonly [string, string])[] = [
  ['yes', 'yes'],
  ['no', 'no'],
  ['unknown', 'unknown'],
  ['all', 'any answer'],
];

/** One question to every run of a time: those that somebody has to look at, unless others are asked for. */
export function AnswersView({ place }: { readonly place: AnswersPlace }) {
  const asked = QUESTIONS.find(({ question }) => question === place.ask) ?? QUESTIONS[1];
  useTitle('Questions to runs');
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(runsAddress()) });
  if (asked === undefined) return null;
  const { concern, question } = asked;
  const answer = place.answer ?? concern.answer;
  const change = (changed: AnswersPlace): void => navigate(answersAddress({ ...place, ...changed }));
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Questions to runs</h1>
        <Choice
          label="Question"
          all="which model answered"
          value={question === 'model' ? '' : question}
          options={[
            ['prompt', 'which prompt'],
            ['composition', 'the whole composition'],
            ['change', 'the run before'],
          ]}
          onChoose={(ask) => change({ ask, answer: '' })}
        />
        <Choice
          label="Answer"
          all={`answer: ${concern.answer}`}
          value={place.answer}
          options={ANSWERS.filter(([value]) => value !== concern.answer)}
          onChoose={(value) => change({ answer: value })}
        />
        <Choice label="Since" all="last 7 days" value={place.since} options={SINCE} onChoose={(since) => change({ since })} />
      </section>
      <h2 className="findings-title">{answer === concern.answer ? concern.text : `${asked.text} ${answer === 'all' ? '' : answer}`}</h2>
      <List place={place} question={question} answer={answer} />
      <p className="hint">
        The same by command: <code>{`clew identity ${question}${answer === 'all' ? '' : ` --answer ${answer}`} --from …`}</code>
      </p>
    </>
  );
}

interface ListProps {
  readonly place: AnswersPlace;
  readonly question: string;
  readonly answer: string;
}

function List({ place, question, answer }: ListProps) {
  const since = place.since ?? DEFAULT_SINCE;
  const query = { question, answer: answer === 'all' ? undefined : answer, from: sinceTime(since, Date.now()) };
  const { items, problem, hasMore, isLoadingMore, loadMore, reload } = useAnswers(`${question} ${answer} ${since}`, query);
  const now = useNow();
  if (items === undefined)
    return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Asking the runs" />;
  return (
    <>
      {problem && <ProblemNote problem={problem} slim />}
      {items.length === 0 ? (
        <p className="nothing">{hasMore ? 'None among the newest runs.' : 'No run of this time has this answer.'}</p>
      ) : (
        <Listing label="Answers" className="answers-table" columns={['Run', 'Answer', 'Why', 'Thread', figures('Time')]}>
          {items.map((item) => (
            <Row key={item.id} item={item} question={question} nowMs={now} />
          ))}
        </Listing>
      )}
      {hasMore && <Older isLoading={isLoadingMore} onLoad={loadMore} text="Ask older runs" />}
    </>
  );
}

function Row({ item, question, nowMs }: { readonly item: Answered; readonly question: string; readonly nowMs: number }) {
  const tones = QUESTIONS.find((asked) => asked.question === question)?.tones;
  return (
    <li className="row">
      <div className="cell-run">
        <Link data-row className="row-link mono" href={runAddress(item.id)}>
          {shortId(item.id, 14)}
        </Link>
      </div>
      <div>
        <Badge tone={tones?.[item.answer] ?? 'plain'}>{item.answer}</Badge>
      </div>
      <div className="cell-pair">
        {item.differences.length === 0 ? item.why : item.differences.slice(0, 3).map(tell).join('; ')}
        {item.differences.length > 3 && ` and ${item.differences.length - 3} more`}
      </div>
      <div className="cell-thread">
        {item.thread === null ? (
          <span className="muted">purged</span>
        ) : (
          <Link className="above tag-link" href={threadAddress({ thread: item.thread })}>
            open
          </Link>
        )}
      </div>
      <div className="cell-time number">
        <time dateTime={item.at} title={dateTime(item.at)}>
          {ago(item.at, nowMs)}
        </time>
      </div>
    </li>
  );
}

/** "model › executed: gpt-4o-mini instead of gpt-4o" where both are short texts, else where and how. */
function tell({ path, kind, a, b, expected, found }: Answered['differences'][number]): string {
  const [wanted, is] = [expected ?? a, found ?? b].map(short);
  const where = readable(path);
  return wanted === undefined || is === undefined ? `${where} ${kind}` : `${where}: ${is} instead of ${wanted}`;
}

function short(value: unknown): string | undefined {
  const text = Array.isArray(value)
    ? value.join(' or ')
    : typeof value === 'string' || typeof value === 'number'
      ? String(value)
      : undefined;
  return text !== undefined && text.length <= 60 ? text : undefined;
}
