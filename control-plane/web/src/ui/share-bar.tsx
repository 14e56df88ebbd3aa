interface ShareBarProps {
  /** From 0 to 1. */
  readonly share: number;
  readonly tone?: 'accent' | 'soft' | 'bad';
}

/** A bar beside a figure that says the same: decoration for those who see it. */
export function ShareBar({ share, tone = 'accent' }: ShareBarProps) {
  return (
    <svg className={`share share-${tone}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect width={Math.max(0.5, Math.min(1, share) * 100)} height="8" rx="1" />
    </svg>
  );
}
