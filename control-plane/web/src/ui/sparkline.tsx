interface SparklineProps {
  /** In order; null where there is nothing to show. */
  readonly values: readonly (number | null)[];
}

const HEIGHT = 20;

/** A bar for each value; decoration beside figures. */
export function Sparkline({ values }: SparklineProps) {
  // Costs are fractions: no smallest height but that of the highest one.
  const most = Math.max(0, ...values.map((value) => value ?? 0)) || 1;
  return (
    <svg className="sparkline" viewBox={`0 0 ${Math.max(1, values.length)} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {values.map((value, index) => {
        const height = Math.max(0, ((value ?? 0) / most) * HEIGHT);
        return value === null ? null : <rect key={index} x={index + 0.1} y={HEIGHT - height} width="0.8" height={height} />;
      })}
    </svg>
  );
}
