import type { RequestView } from '../api/views.ts';
import { ModelNames } from '../ui/model-names.tsx';

/** The model asked for and the one that answered, with what proves it. */
export function ModelPair({ request: { model } }: { readonly request: RequestView }) {
  if (model === null) return <span className="muted">no model</span>;
  const { requested, executed } = model;
  const proof = executed === undefined ? 'Nothing proves which model answered' : `Read from: ${model.evidence.replaceAll('_', ' ')}`;
  return (
    <span className="model-pair" title={proof}>
      <ModelNames requested={requested} executed={executed} unproven="not proven" />
    </span>
  );
}
