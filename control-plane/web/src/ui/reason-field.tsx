import { Labelled } from './labelled.tsx';

interface ReasonFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder: string;
}

/** Why something is done, for the audit log. */
export function ReasonField({ value, onChange, placeholder }: ReasonFieldProps) {
  return (
    <Labelled label="Reason">
      <textarea
        className="field"
        rows={2}
        maxLength={500}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={placeholder}
      />
    </Labelled>
  );
}

const REASON_MIN = 8;
export const isReason = (text: string): boolean => text.trim().length >= REASON_MIN;
