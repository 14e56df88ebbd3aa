import { askRun } from '../api/runs.ts';
import { useResource } from '../api/use-resource.ts';
import { Badge } from '../ui/badge.tsx';
import { QUESTIONS } from './question-list.ts';

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
