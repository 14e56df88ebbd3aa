import { snapshotOf } from './model-name.ts';

interface ModelNamesProps {
  readonly requested: string | null | undefined;
  readonly executed: string | null | undefined;
  /** What is said where no answer names its model. */
  readonly unproven?: string | undefined;
}

/** The model asked for and the one that answered: a dated snapshot of the same is told as that, another model as another one. */
export function ModelNames({ requested, executed, unproven }: ModelNamesProps) {
  const asked = requested ?? undefined;
  const answered = executed ?? undefined;
  if (asked === undefined && answered === undefined) return <span className="muted">no model named</span>;
  const snapshot = asked === undefined || answered === undefined ? undefined : snapshotOf(asked, answered);
  if (answered !== undefined && snapshot !== undefined)
    return (
      <span title={snapshot === '' ? undefined : 'A snapshot of the model that was asked for'}>
        {answered.slice(0, answered.length - snapshot.length)}
        <span className="model-snapshot">{snapshot}</span>
      </span>
    );
  const other = answered ?? unproven;
  return (
    <>
      {asked ?? 'unknown'}
      {other !== undefined && (
        <>
          <span aria-hidden="true"> → </span>
          <span className="unseen"> answered by </span>
          <span className={asked !== undefined && answered !== undefined ? 'model-other' : ''}>{other}</span>
        </>
      )}
    </>
  );
}
