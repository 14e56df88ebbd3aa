import type { Plan } from '../api/privacy.ts';
import { Badge } from '../ui/badge.tsx';
import { plural } from '../ui/format.ts';

/** What a policy changes, field by field. */
export function PlanTable({ plan: { changes } }: { readonly plan: Plan }) {
  if (changes.length === 0) return <p className="nothing">Nothing differs from the policy in force.</p>;
  return (
    <section aria-labelledby="plan-title">
      <h3 id="plan-title" className="findings-title">
        {plural(changes.length, 'field')} {changes.length === 1 ? 'differs' : 'differ'} from the policy in force
      </h3>
      <div className="scroll-x" role="region" aria-label="Changes" tabIndex={0}>
        <table className="diff">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">In force</th>
              <th scope="col">This one</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ field, before, after, decides, loosens }) => (
              <tr key={field}>
                <th scope="row">
                  <code>{field}</code> {loosens && <Badge tone="warn">loosens</Badge>}
                  <span className="muted row-note">{decides}</span>
                </th>
                <td>
                  <Value value={before} />
                </td>
                <td>
                  <Value value={after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Value({ value }: { readonly value: unknown }) {
  return value === undefined ? (
    <span className="muted">not there</span>
  ) : (
    <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
  );
}
