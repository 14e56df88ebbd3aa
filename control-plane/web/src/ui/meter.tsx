interface MeterProps {
  /** From 0 to 1. */
  readonly share: number;
  readonly tone?: 'accent' | 'warn' | 'bad' | undefined;
}

/** A short bar beside a number that says the same: decoration for those who see it. */
export function Meter({ share, tone = 'accent' }: MeterProps) {
  const width = Math.max(0, Math.min(1, share)) * 40;
  return (
    <svg className={`meter meter-${tone}`} viewBox="0 0 40 4" width="40" height="4" aria-hidden="true">
      <rect className="meter-track" width="40" height="4" rx="2" />
      <rect className="meter-fill" width={width} height="4" rx="2" />
    </svg>
  );
}

/** Below this a link deserves a second look. */
export const toneOfConfidence = (confidence: number): MeterProps['tone'] =>
  confidence >= 0.8 ? 'accent' : confidence >= 0.6 ? 'warn' : 'bad';
