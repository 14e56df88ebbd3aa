interface WeightBarProps {
  readonly weight: number;
  /** Weight at which the bar is full. */
  readonly full?: number;
}

const HALF_PX = 22;

/** Right of the line speaks for, left against; with its figure. */
export function WeightBar({ weight, full = 4 }: WeightBarProps) {
  const length = Math.min(1, Math.abs(weight) / full) * HALF_PX;
  return (
    <>
      <svg viewBox="0 0 44 10" width="44" height="10" aria-hidden="true">
        <rect
          className={weight < 0 ? 'weight-against' : 'weight-for'}
          x={weight < 0 ? HALF_PX - length : HALF_PX}
          y="2"
          width={length}
          height="6"
        />
        <rect className="weight-axis" x={HALF_PX - 0.5} width="1" height="10" />
      </svg>
      <span className="reason-figure">
        {weight > 0 ? '+' : weight < 0 ? '−' : ''}
        {Math.abs(weight).toFixed(1)}
      </span>
    </>
  );
}
