import type { RequestView, ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { plural, words } from '../ui/format.ts';
import type { LinkTo, Turn } from './turns.ts';

interface BreakdownNoteProps {
  readonly breakdown: NonNullable<ThreadSummary['breakdown']>;
  readonly turn: Turn;
  readonly shown: RequestView;
  readonly linkTo: LinkTo;
}

/** That it went wrong here, and what shows it. */
export function BreakdownNote({ breakdown: { kind, requestId }, turn, shown, linkTo }: BreakdownNoteProps) {
  const request = [turn.head, ...turn.calls.map((call) => call.request)].find(({ id }) => id === requestId);
  return (
    <p className="breakdown-note">
      The thread broke down here: <strong>{words(kind)}</strong>
      {requestId !== shown.id && (
        <>
          {' in '}
          <Link href={linkTo(requestId)} replace>
            one of its calls
          </Link>
        </>
      )}
      . {request && evidenceOf(kind, request)}
    </p>
  );
}

function evidenceOf(kind: string, { truncation, similarity, status, error }: RequestView): string {
  switch (kind) {
    case 'truncation':
      return truncation === null
        ? ''
        : `From here on the client sends less of the conversation: ${plural(truncation.dropped, 'message')} ${truncation.kind === 'compacted' ? 'became a summary' : 'left out'}.`;
    case 'correction':
      return 'The user corrects the answer of the turn before.';
    case 'repeat':
      return `The user asks for the same again${similarity === null ? '' : ` (similarity ${similarity.toFixed(2)})`}: the answer before did not help.`;
    case 'error':
      return `The call failed${status?.http === undefined ? '' : ` with HTTP ${status.http}`}${error?.stage === undefined ? '' : `, stage ${words(error.stage)}`}.`;
    default:
      return '';
  }
}
