import type { Insight } from '../../api/insight.ts';
import { plural, score as scoreText, words } from '../../ui/format.ts';
import { ShareBar } from '../../ui/share-bar.tsx';

/** The quality score and what it is made of. */
export function Quality({ quality: { score, formula, parts, evaluators } }: { readonly quality: Insight['quality'] }) {
  return (
    <section className="card" aria-labelledby="quality-title">
      <h3 id="quality-title">Quality</h3>
      {score === null ? (
        <p className="hint">
          Nothing to judge by yet. Scores of evaluators, thumbs and completions come through <code>POST /v1/feedback</code>.
        </p>
      ) : (
        <p className="sure">
          <strong>{score.toFixed(2)}</strong> <span className="muted">= {formula}</span>
        </p>
      )}
      <ul className="quality-parts">
        {parts.map(({ part, value, weight, text }) => (
          <li key={part} className="quality-part">
            <span>{words(part)}</span>
            <ShareBar share={value} tone={value < 0.4 ? 'bad' : 'accent'} />
            <span className="number">{value.toFixed(2)}</span>
            <span className="number muted">× {weight}</span>
            <span className="quality-text muted">{text}</span>
          </li>
        ))}
      </ul>
      {evaluators.length > 0 && (
        <>
          <h4>Scores of evaluators</h4>
          <ul className="evaluators">
            {evaluators.map(({ name, mean, count, worst, best, value }) => (
              <li key={name}>
                <span>{name === '' ? 'score' : name}</span> <strong>{scoreText(mean)}</strong>{' '}
                <span className="muted">
                  mean of {plural(count, 'score')},{' '}
                  {value === null || worst === null || best === null
                    ? 'scale not known: not counted'
                    : `${scoreText(worst)} worst, ${scoreText(best)} best: ${value.toFixed(2)}`}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
