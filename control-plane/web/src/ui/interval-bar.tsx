interface IntervalBarProps {
  /** All from 0 to 1. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Drawn as a line across, to compare with. */
  readonly baseline?: number | undefined;
  readonly tone?: 'accent' | 'soft' | 'bad' | undefined;
}

const WIDTH = 200;

/** A share with its interval; decoration beside figures that say the same. */
export function IntervalBar({ value, low, high, baseline, tone = 'accent' }: IntervalBarProps) {
  const at = (share: number): number => Math.max(0, Math.min(1, share)) * WIDTH;
  return (
    <svg className={`interval interval-${tone}`} viewBox={`0 0 ${WIDTH} 14`} preserveAspectRatio="none" aria-hidden="true">
      <rect className="interval-track" y="6" width={WIDTH} height="2" />
      <rect className="interval-range" x={at(low)} y="4" width={Math.max(1, at(high) - at(low))} height="6" rx="1" />
      <rect className="interval-value" x={Math.min(WIDTH - 3, Math.max(0, at(value) - 1.5))} y="1" width="3" height="12" rx="1" />
      {baseline !== undefined && <rect className="interval-baseline" x={Math.min(WIDTH - 1, at(baseline))} width="1" height="14" />}
    </svg>
  );
}
