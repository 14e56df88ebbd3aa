import { byLabel, type Sample } from '../api/health.ts';
import { compact, duration } from '../ui/format.ts';

/** How long a batch takes in each stage of the pipeline, on average since the start. */
export function Stages({ samples }: { readonly samples: readonly Sample[] }) {
  const times = new Map(byLabel(samples, 'clew_stage_duration_seconds_sum', 'stage'));
  const batches = byLabel(samples, 'clew_stage_duration_seconds_count', 'stage');
  const items = new Map(byLabel(samples, 'clew_stage_items_total', 'stage'));
  if (batches.length === 0) return null;
  return (
    <section aria-labelledby="stages-title">
      <h2 id="stages-title" className="findings-title">
        Stages
      </h2>
      <table className="small-table health-table">
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" className="number">
              Samples
            </th>
            <th scope="col" className="number">
              A batch takes
            </th>
            <th scope="col" className="number">
              A sample takes
            </th>
          </tr>
        </thead>
        <tbody>
          {batches.map(([stage, number]) => {
            const [seconds, passed] = [times.get(stage) ?? 0, items.get(stage) ?? 0];
            return (
              <tr key={stage}>
                <th scope="row">{stage}</th>
                <td className="number">{compact(passed)}</td>
                <td className="number">{duration((seconds / number) * 1000)}</td>
                <td className="number">{passed === 0 ? '–' : `${((seconds / passed) * 1000).toFixed(1)} ms`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
