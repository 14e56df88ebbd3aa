import type { Fault, Problem } from '../api/problem.ts';
import { Link } from '../route/link.tsx';
import { listAddress } from '../route/url.ts';

interface ProblemNoteProps {
  readonly problem: Problem;
  readonly retry?: (() => void) | undefined;
  /** A line above data that is still shown, rather than in its place. */
  readonly slim?: boolean;
}

/** An error as the API told it: what, where and what to do. */
export function ProblemNote({ problem, retry, slim = false }: ProblemNoteProps) {
  return (
    <div className={slim ? 'problem problem-slim' : 'problem'} role="alert">
      <p className="problem-title">
        {problem.title}
        {problem.status > 0 && <span className="problem-status">HTTP {problem.status}</span>}
      </p>
      {problem.faults !== undefined && <Faults faults={problem.faults} />}
      {problem.faults === undefined && problem.detail !== undefined && <p className="problem-detail">{problem.detail}</p>}
      {problem.remedy !== undefined && <p className="problem-remedy">{problem.remedy}</p>}
      {problem.incident !== undefined && (
        <p className="problem-detail">
          Incident <code>{problem.incident}</code>
        </p>
      )}
      {/* What is not there will not come by asking again. */}
      {retry && problem.status === 404 && (
        <Link className="button" href={listAddress()}>
          All threads
        </Link>
      )}
      {retry && problem.status !== 404 && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** One below the other, each with its line. */
function Faults({ faults }: { readonly faults: readonly Fault[] }) {
  return (
    <ul className="problem-faults" aria-label="Faults">
      {faults.map(({ file, line, field, expected, consequence }) => (
        <li key={`${line} ${field} ${expected}`}>
          <code>
            {file}:{line}:
          </code>{' '}
          <strong>{field}</strong>: expected {expected}. <span className="problem-consequence">{consequence}</span>
        </li>
      ))}
    </ul>
  );
}
