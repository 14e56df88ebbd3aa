import type { ReactNode } from 'react';

/** A field of a dialog under its name. */
export function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <label className="reason-field">
      <span className="field-label">{label}</span>
      {children}
    </label>
  );
}

interface IdFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** For what is copied from elsewhere: neither completed nor corrected. */
export function IdField({ label, value, onChange }: IdFieldProps) {
  return (
    <Labelled label={label}>
      <input className="field" value={value} onChange={(event) => onChange(event.target.value)} autoComplete="off" spellCheck={false} />
    </Labelled>
  );
}
