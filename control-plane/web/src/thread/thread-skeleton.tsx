/** A thread's frame before its answer: title, chart, rail and turn stand where they will stand. */
export function ThreadSkeleton() {
  return (
    <div className="thread-skeleton" role="status">
      <span className="unseen">Loading the thread</span>
      <div className="bone bone-title" />
      <div className="bone bone-line" />
      <div className="bone bone-chart" />
      <div className="thread-columns">
        <div className="bone-rail">
          {Array.from({ length: 5 }, (_, row) => (
            <div key={row} className="skeleton-row" />
          ))}
        </div>
        <div className="turn">
          <div className="turn-main">
            <div className="bone bone-line" />
            <div className="bone bone-speech" />
            <div className="bone bone-speech" />
          </div>
          <div className="turn-aside">
            <div className="bone bone-speech" />
            <div className="bone bone-card" />
          </div>
        </div>
      </div>
    </div>
  );
}
