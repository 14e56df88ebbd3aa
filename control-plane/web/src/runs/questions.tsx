import { askRun } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Answered, Question } from '../api/views.ts';
import { Badge, type Tone } from '../ui/badge.tsx';

const QUESTIONS: readonly {
  readonly question: Question;
  readonly text: string;
  readonly tones: Readonly<Record<Answered['answer'], Tone>>;
}[] = [
  { question: 'prompt', text: 'Was the system prompt the approved one?', tones: { yes: 'good', no: 'bad', unknown: 'plain' } },
  { question: 'model', text: 'Was the model that answered authorised?', tones: { yes: 'good', no: 'bad', unknown: 'plain' } },
  { question: 'composition', text: 'Did all of it match what is declared?', tones: { yes: 'good', no: 'bad', unknown: 'plain' } },
  { question: 'change', text: 'Does it differ from the run before it?', tones: { yes: 'warn', no: 'good', unknown: 'plain' } },
];

/** What auditors ask of a run, and the answers. */
export function Questions({ run }: { readonly run: string }) {
  const { data } = useResource(`answers ${run}`, async (signal) => {
    const pages = await Promise.all(QUESTIONS.map(({ question }) => askRun(question, run, signal)));
    return pages.map(({ items }) => items[0]);
  });
  return (
    <section className="card" aria-label="Questions">
      <dl className="questions">
        {QUESTIONS.map(({ question, text, tones }, index) => {
          const answered = data?.[index];
          return (
            <div key={question}>
              <dt>{text}</dt>
              <dd>
                {answered === undefined ? (
                  <span className="muted">…</span>
                ) : (
                  <>
                    <Badge tone={tones[answered.answer]}>{answered.answer}</Badge> <span className="muted">{answered.why}</span>
                  </>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
