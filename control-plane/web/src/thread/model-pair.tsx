import type { RequestView } from '../api/views.ts';
import { isOtherModel } from './turns.ts';

interface ModelPairProps {
  readonly request: RequestView;
  /** Of a dated snapshot of the model asked for, only the date. */
  readonly isShort?: boolean;
}

/** The model asked for and the one that answered, with what proves it. */
export function ModelPair({ request, isShort = false }: ModelPairProps) {
  const { model } = request;
  if (model === null) return <span className="muted">no model</span>;
  const { requested, executed } = model;
  const proof = executed === undefined ? 'Nothing proves which model answered' : `Read from: ${model.evidence.replaceAll('_', ' ')}`;
  return (
    <span className="model-pair" title={proof}>
      {requested ?? 'unknown'}
      {executed !== requested && (
        <>
          <span aria-hidden="true"> → </span>
          <span className="unseen"> answered by </span>
          <span className={isOtherModel(request) ? 'model-other' : ''}>
            {isShort && requested !== undefined && executed?.startsWith(`${requested}-`) === true
              ? `…${executed.slice(requested.length)}`
              : (executed ?? 'not proven')}
          </span>
        </>
      )}
    </span>
  );
}
