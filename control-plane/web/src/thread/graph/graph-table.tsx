import { Link } from '../../route/link.tsx';
import { percent, timeOfDay, words } from '../../ui/format.ts';
import type { LinkTo } from '../turns.ts';
import { textOf } from './text-of.ts';
import type { ThreadLayout } from './layout.ts';

/** The same as the picture in words, for those who do not see it. */
export function GraphTable({ layout: { placed, links }, linkTo }: { readonly layout: ThreadLayout; readonly linkTo: LinkTo }) {
  const before = new Map(links.map((link) => [link.to, link]));
  const byId = new Map(placed.map(({ request }) => [request.id, request]));
  const inTime = placed.toSorted((a, b) => Date.parse(a.request.at) - Date.parse(b.request.at));
  return (
    <details className="graph-table">
      <summary>As a table</summary>
      <div className="measures-box" tabIndex={0} role="group" aria-label="Requests and what they follow">
        <table className="small-table">
          <thead>
            <tr>
              <th scope="col">Request</th>
              <th scope="col">Is</th>
              <th scope="col">Follows</th>
              <th scope="col">By</th>
              <th scope="col" className="number">
                Sure
              </th>
              <th scope="col" className="number">
                At
              </th>
            </tr>
          </thead>
          <tbody>
            {inTime.map(({ request, row, more }) => {
              const link = before.get(request.id);
              const other = link && byId.get(link.from);
              return (
                <tr key={request.id}>
                  <th scope="row" dir="auto">
                    <Link href={linkTo(request.id)} replace>
                      {textOf(request).slice(0, 80)}
                    </Link>
                    {more > 0 && ` and ${more} more calls`}
                  </th>
                  <td>{row > 0 ? words(request.call?.kind ?? 'call') : `turn ${request.turn}, ${words(request.position)}`}</td>
                  <td dir="auto">
                    {other === undefined ? <span className="muted">nothing here</span> : textOf(other).slice(0, 60)}
                    {request.fork && ' (fork)'}
                  </td>
                  <td>{words(request.method)}</td>
                  <td className="number">{percent(request.confidence)}</td>
                  <td className="number">{timeOfDay(request.at)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
