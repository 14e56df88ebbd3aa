import type { Words } from '../api/runs.ts';

/** A text with what went and what came, word by word. */
export function WordDiff({ title, words }: { readonly title: string; readonly words: readonly Words[] | undefined }) {
  if (words === undefined || words.length === 0) return null;
  return (
    <section className="card word-diff">
      <h2>{title}</h2>
      <p dir="auto">
        {words.map(({ kind, text }, index) =>
          kind === 'same' ? (
            <span key={index}>{text}</span>
          ) : kind === 'added' ? (
            <ins key={index}>{text}</ins>
          ) : (
            <del key={index}>{text}</del>
          ),
        )}
      </p>
    </section>
  );
}
