import type { Insight } from '../../api/insight.ts';
import { compact, count, money, plural } from '../../ui/format.ts';

/** Which models answered, and what that cost. */
export function ModelsUsed({ insight: { models, cost, topicWords } }: { readonly insight: Insight }) {
  return (
    <section className="card" aria-labelledby="models-title">
      <h3 id="models-title">Models and cost</h3>
      <table className="small-table">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" className="number">
              Calls
            </th>
            <th scope="col" className="number">
              Tokens in, out
            </th>
            <th scope="col" className="number">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ model, calls, inputTokens, outputTokens, costUsd }) => (
            <tr key={model}>
              <th scope="row">{model}</th>
              <td className="number">{count(calls)}</td>
              <td className="number">
                {compact(inputTokens)}, {compact(outputTokens)}
              </td>
              <td className="number">{money(costUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {cost.unpricedCalls > 0 && (
        <p className="hint">
          {plural(cost.unpricedCalls, 'call')} of models without a known price {cost.unpricedCalls === 1 ? 'is' : 'are'} not counted.
        </p>
      )}
      {topicWords.length > 0 && (
        <p className="hint" dir="auto">
          Topic words: {topicWords.join(', ')}
        </p>
      )}
    </section>
  );
}
