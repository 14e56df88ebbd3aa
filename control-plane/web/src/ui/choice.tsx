interface ChoiceProps {
  readonly label: string;
  /** What stands for no filter. */
  readonly all: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, text: string])[];
  /** An empty value for no filter. */
  readonly onChoose: (value: string) => void;
}

export const SINCE_OPTIONS: ChoiceProps['options'] = [
  ['1h', 'last hour'],
  ['24h', 'last 24 hours'],
  ['7d', 'last 7 days'],
  ['30d', 'last 30 days'],
];

export function Choice({ label, all, value = '', options, onChoose }: ChoiceProps) {
  return (
    <label className={value === '' ? 'choice' : 'choice choice-on'}>
      <span className="unseen">{label}</span>
      <select value={value} onChange={(event) => onChoose(event.target.value)}>
        <option value="">{all}</option>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
