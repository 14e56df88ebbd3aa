interface SkeletonProps {
  readonly rows: number;
  readonly label: string;
}

/** Stands where rows will stand, so that nothing moves when they come. */
export function Skeleton({ rows, label }: SkeletonProps) {
  return (
    <div className="skeleton" role="status">
      <span className="unseen">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton-row" />
      ))}
    </div>
  );
}
